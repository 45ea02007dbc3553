"""Writes models of few objects that stand for very many: NAME.pickle beside this file, with the scikit-learn of the running interpreter.

    make.py
"""

import pathlib, pickle

import numpy as np
import scipy.sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import RandomForestRegressor, VotingRegressor
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, PowerTransformer

X, y = np.arange(24.0).reshape(12, 2), np.arange(12.0)


def votes(members):
    """A vote of fitted members."""
    vote = VotingRegressor([(f"m{i}", member) for i, member in enumerate(members)])
    vote.estimators_ = list(members)
    return vote


def models():
    # Each level is a vote of the one below it, sixteen times over.
    level = DummyRegressor().fit(X, y)
    for _ in range(12):
        level = votes([level, DummyRegressor(strategy="median").fit(X, y)] * 8)
    yield "votes_of_votes", level
    # Two forests that take turns.
    forests = [RandomForestRegressor(20, random_state=seed).fit(X, y) for seed in (0, 1)]
    yield "forests_in_turn", votes(forests * 500)
    # A scaler that is its own scaler, and steps that are their own steps.
    target = TransformedTargetRegressor(DummyRegressor(), transformer=PowerTransformer()).fit(X, y)
    target.transformer_._scaler = target.transformer_
    yield "scaler_of_itself", target
    back = TransformedTargetRegressor(DummyRegressor(), transformer=FunctionTransformer()).fit(X, y)
    steps = FunctionTransformer()
    for _ in range(12):
        steps = make_pipeline(*[steps] * 16)
    back.transformer_ = steps
    yield "steps_of_steps", back
    # One list of words for very many columns.
    words, width = np.array([[f"w{i}"] for i in range(2000)], dtype=object), 3000
    encoder = OrdinalEncoder().fit(words)
    encoder.categories_, encoder.n_features_in_ = encoder.categories_ * width, width
    linear = Ridge().fit(X, y)
    linear.coef_, linear.n_features_in_ = np.zeros(width), width
    yield "words_of_many_columns", make_pipeline(encoder, linear)
    # A sparse matrix of nothing for very many weights.
    width, outputs = 1 << 20, 50
    linear = Ridge().fit(X, y)
    linear.coef_, linear.intercept_, linear.n_features_in_ = scipy.sparse.csr_matrix((outputs, width)), np.zeros(outputs), width
    yield "sparse_weights", make_pipeline(HashingVectorizer(n_features=width), linear)


for name, model in models():
    (pathlib.Path(__file__).parent / f"{name}.pickle").write_bytes(pickle.dumps(model))
