# The job in pandas, with windows that do not roll: five-minute volumes against the volume of the day before.
import json
import sys

import pandas as pd

CANCELS = [201, 203, 205, 207]
APART = [247, 248]
midnight_ms, open_ms, close_ms, path, history_path, late_path = sys.argv[1:]
midnight_ms, open_ms, close_ms = int(midnight_ms), int(open_ms), int(close_ms)


def read(path):
    frame = pd.read_csv(
        path,
        usecols=["ticker", "conditions", "sip_timestamp", "size"],
        dtype={"ticker": "category", "conditions": "float32", "sip_timestamp": "int64", "size": "int32"},
    )
    frame = frame[~frame["conditions"].isin(APART)]
    frame.loc[frame["conditions"].isin(CANCELS), "size"] *= -1
    return frame


history = read(history_path).groupby("ticker", observed=True)["size"].sum()
day = read(path)
late = {one["root"]: one["closeMs"] for one in json.load(open(late_path))}
day["ms"] = day["sip_timestamp"] // 1_000_000 - midnight_ms
roots = day["ticker"].cat.categories.str.slice(2, -15)
closes = pd.Series(roots.map(late), index=day["ticker"].cat.categories).fillna(close_ms)
day = day[(day["ms"] >= open_ms) & (day["ms"] < day["ticker"].map(closes).astype("int64"))]
volumes = day.groupby(["ticker", day["ms"] // 300_000], observed=True)["size"].sum().reset_index()
normal = volumes["ticker"].map(history).astype("float64").fillna(0)
buckets = (volumes["ticker"].map(closes).astype("int64") - open_ms) // 300_000
hits = volumes[(volumes["size"] >= 500) & (volumes["size"] > 10 * normal / buckets)]
print(len(hits))
