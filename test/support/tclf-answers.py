"""What tclf 0.4.0 (strategy "const") says of the trades on stdin: one packed text a column, as JSON on stdout.

Three sides are one letter: the digits b = 2, s = 1, nothing = 0 of a number in base 3, a = 0 to z = 25, 26 = '{'.
"""

import json
import sys

import numpy as np
from tclf.classical_classifier import ClassicalClassifier

RULES = {
    "quote": "quote", "tick": "tick", "reverse tick": "rev_tick", "Lee-Ready": "lr", "reverse Lee-Ready": "rev_lr",
    "EMO": "emo", "reverse EMO": "rev_emo", "CLNV": "clnv", "reverse CLNV": "rev_clnv", "trade size": "trade_size",
    "depth": "depth",
}
STACKS = {
    "GSU-small": [("quote", "best"), ("quote", "ex"), ("rev_tick", "best")],
    "GSU-large": [("trade_size", "ex"), ("quote", "best"), ("quote", "ex"), ("depth", "best"), ("depth", "ex"),
                  ("rev_tick", "best")],
    "live": [("trade_size", "best"), ("quote", "best"), ("depth", "best"), ("tick", "best")],
}

trades = json.load(sys.stdin)


def number(value):
    return np.nan if value is None else value


columns = {"trade_price": [t["price"] for t in trades], "trade_size": [t["size"] for t in trades]}
for scope, name in (("national", "best"), ("exchange", "ex")):
    for field, column in (("bid", "bid_{}"), ("ask", "ask_{}"), ("bidSize", "bid_size_{}"),
                          ("askSize", "ask_size_{}"), ("prior", "price_{}_lag"), ("next", "price_{}_lead")):
        columns[column.format(name)] = [number(t[scope][field]) for t in trades]
features = list(columns)
matrix = np.array([columns[name] for name in features], dtype=float).T


def answer(layers):
    rules = ClassicalClassifier(layers=layers, features=features, strategy="const")
    digits = [{1: 2, -1: 1, 0: 0}[int(side)] for side in rules.fit(matrix).predict(matrix)]
    digits += [0] * (-len(digits) % 3)
    return "".join(chr(97 + 9 * digits[i] + 3 * digits[i + 1] + digits[i + 2]) for i in range(0, len(digits), 3))


answers = {f"{rule} {scope}": answer([(peer, name)]) for rule, peer in RULES.items()
           for scope, name in (("national", "best"), ("exchange", "ex"))}
answers |= {stack: answer(layers) for stack, layers in STACKS.items()}
json.dump(answers, sys.stdout, indent=2)
sys.stdout.write("\n")
