"""What teams log most: imputed and scaled numbers, imputed and encoded words, and one model behind them."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from cases.parts import boosted, columns, dense, forest, logistic, numbers, words
from record import VERSION, Case as Recorded
from tables import NUMERIC, WORDS


def Case(*arguments, **options):
    return Recorded(*arguments, core=True, **options)


def cases():
    yield Case("core_logistic", Pipeline([("columns", columns()), ("model", logistic())]), "mixed", "two", "blas")
    yield Case("core_logistic_words", make_pipeline(columns(), logistic(C=0.3)), "mixed", "words", "blas")
    yield Case("core_logistic_three", make_pipeline(columns(numbers("mean"), words(**dense(False))), logistic()), "mixed", "words3", "blas")
    yield Case("core_logistic_clean", make_pipeline(ColumnTransformer([("numbers", StandardScaler(), NUMERIC), ("words", OneHotEncoder(), WORDS)]), logistic()), "clean", "odd", "blas")
    yield Case("core_forest", make_pipeline(columns(), forest(n_estimators=6, max_depth=5)), "mixed", "two")
    yield Case("core_forest_words", make_pipeline(columns(numbers("mean", MinMaxScaler), words(**dense(False))), forest()), "mixed", "words3")
    yield Case("core_forest_error", make_pipeline(columns(word=words(handle_unknown="error")), forest()), "mixed", "booleans")
    yield Case("core_forest_drop_first", make_pipeline(columns(word=words(handle_unknown="error", drop="first")), forest()), "clean", "floats")
    yield Case("core_forest_member", make_pipeline(ColumnTransformer([("numbers", "passthrough", NUMERIC), ("words", OneHotEncoder(), WORDS)], remainder="passthrough"), forest()), "clean", "two")
    yield Case("core_forest_regressor", make_pipeline(columns(), forest(RandomForestRegressor)), "mixed", "value")
    constant = Pipeline([("impute", SimpleImputer(strategy="constant", fill_value="missing")), ("encode", OneHotEncoder(handle_unknown="ignore"))])
    yield Case("core_forest_constant", make_pipeline(columns(numbers("most_frequent"), constant), forest(n_estimators=8)), "mixed", "odd")
    ordinal = Pipeline([("impute", SimpleImputer(strategy="most_frequent")), ("encode", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))])
    yield Case("core_forest_ordinal", make_pipeline(columns(word=ordinal), forest()), "mixed", "three")
    yield Case("core_linear", make_pipeline(columns(), LinearRegression()), "mixed", "signed", "blas")
    yield Case("core_ridge", make_pipeline(columns(numbers("mean"), words(drop="first")) if VERSION >= (1, 0) else columns(), Ridge(alpha=2.0)), "mixed", "value", "blas")
    yield Case("core_lightgbm", Pipeline([("columns", columns()), ("model", boosted("LGBMClassifier"))]), "mixed", "two", "libm")
    yield Case("core_lightgbm_three", make_pipeline(columns(numbers("mean"), words(**dense(False))), boosted("LGBMClassifier")), "mixed", "words3", "libm")
    yield Case("core_lightgbm_regressor", make_pipeline(columns(), boosted("LGBMRegressor")), "mixed", "value")
