"""Makes the seeds that are recorded models of tests/data: graphs, and pipelines of scikit-learn. Needs nothing but Python."""

import gzip
import json
import pathlib

from archives import seed, unpacked

data = pathlib.Path(__file__).parent.parent / "tests/data"

# A few of a kind between them: what they are made of, how they were fitted, what they answer.
PICKLES = """
ada_boost_svc answers_kmeans_one answers_mixture_spherical bayes_gaussian bins_f32 calibrated_isotonic_frozen catboost_plain_floats
centroid_manhattan classes_one_vs_rest_regressor columns_of_an_array core_forest_regressor decompose_pca_mle dicts_float32
dummy_regressor_constant_numbers function_log_of_negative imputer_of_empty_constant indicator_new_is_an_error knn_ties_brute lda_raw
lightgbm_truth linear_bare_poisson more_dummy_array more_one_vs_rest_two_svc net_relu_regressor onehot_truth_missing ordinal_as_f32
outliers_density_same pipeline_none_steps polynomial_range_interaction power_flat qda_raw scaler_of_truth select_variance
spline_periodic_1 stacking_regressor_passthrough svm_one_class_poly svr_of_nothing target_continuous_given targets_rest_same_first
text_count_vocabulary text_hashing_signed text_sparsified_perceptron text_tfidf_logistic threshold_fixed_decision_named
trees_tree_regressor voting_hard xgboost_plain_regressor
""".split()
ARCHIVES = """
bayes_gaussian catboost_plain classes_one_vs_rest_regressor function_partial_clip
knn_brute_weighted lda_two linear_svr_numbers more_normalizer_l2 outliers_envelope power_yeo_johnson_plain_numbers qda_raw
scaler_standard_mean svm_one_class_sgd targets_ridge text_count_vocabulary text_hashing_unsigned
""".split()
# Whole archives, for the reader of the ZIP format.
ZIPPED = ["trees_tree"]
# Which have all operators between them.
GRAPHS = """
c_ada_raw3 c_bag_feat_each c_cal_iso_bool c_catnb_raw3 c_gnb_double c_knn_dist_cdist c_logistic_cv_bool c_mlp_log_words c_ovo_svc_each
c_ovr_tree_bool c_sgd_log_bool c_svc_proba_raw m_core_log_pass m_imp_ohe_ridge n_int_ord_log n_poly_ridge o_gmm_d_float
o_kmeans_pipe r_ada_float r_bag_feat_op12 r_svr_op12 t_binarizer_double t_kbins_q_alone t_norm_l2_op12 t_power_op12 t_quantile_double
b_norm_float f_branches_float f_calls_float h_signed p_places_float v_after_rf v_alone_tfidf v_bare_sgd v_list_log v_pairs_log
""".split()


def recorded(path):
    """The first line of a recorded file, and what follows."""
    line, _, rest = gzip.decompress(path.read_bytes()).partition(b"\n")
    return json.loads(line), rest


def pipelines(target, cases, kind, take=bytes):
    for case in cases:
        head, rest = recorded(data / f"pipelines/1.9.1-{case}.gz")
        at = len(rest) - sum(size for _, size in head["files"])
        for serialization, size in head["files"]:
            if serialization == kind:
                seed(target, f"pipeline_{case}", take(rest[at : at + size]))
            at += size


pipelines("pickle", PICKLES, "pickle4")
pipelines("skops", ARCHIVES, "skops", unpacked)
pipelines("skops", ZIPPED, "skops")
for case in GRAPHS:
    head, rest = recorded(data / f"graphs/1.20.0-{case}.gz")
    seed("onnx", f"1.20.0-{case}", rest[-head["bytes"] :])
graphs = sorted((data / "onnx").glob("*.onnx"), key=lambda path: (path.stat().st_size, path.name))
for path in graphs[:12] + [data / f"onnx/{name}.onnx" for name in ("v5_sets_missing", "v5_argmax_strings")]:
    seed("onnx", path.stem, path.read_bytes())
