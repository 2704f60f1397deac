"""What people call their columns of times and of series: where these are found, nobody has to name them."""

from __future__ import annotations

TIMES = ("ds", "date", "datetime", "timestamp", "time", "stamp", "datum", "zeit", "day", "month", "year")
IDS = ("unique_id", "id", "series", "series_id", "item_id", "ticker", "symbol", "sensor", "store", "name", "key")
UNNAMED = ("unnamed: 0", "column 1", "index", "level_0", "")  # of a table's own numbers of rows
