"""Several columns that name the series together, and rows of several series taken for one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from data_files import message

from sextet.core.errors import ConfigError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def customers(rows: int = 40, **parts: list[Any]) -> pd.DataFrame:
    """Two regions by two products, hourly."""
    stamps = pd.date_range("2024-01-01", periods=rows, freq="h")
    regions, products = parts.get("region", ["A", "B"]), parts.get("product", ["x", "y"])
    pairs = [(region, product) for region in regions for product in products]
    return pd.concat(
        [
            pd.DataFrame({"region": region, "product": product, "ds": stamps, "y": np.arange(rows) + 100.0 * k})
            for k, (region, product) in enumerate(pairs)
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize("id", ["region,product", "region, product", ("region", "product"), ["region", "product"]])
def test_several_columns_name_the_series_together(id: Any, tmp_path: Path) -> None:
    panel = read_panel(customers(), DataOptions(id=id))
    assert panel.ids == ("A/x", "A/y", "B/x", "B/y")
    np.testing.assert_array_equal(panel.y, customers()["y"])
    assert not panel.notes or "not used" not in " ".join(panel.notes)
    customers().to_csv(tmp_path / "data.csv", index=False)
    customers().to_parquet(tmp_path / "data.parquet")
    assert read_panel(tmp_path / "data.csv", DataOptions(id=id)).ids == panel.ids
    assert read_panel(tmp_path / "data.parquet", DataOptions(id=id)).ids == panel.ids


def test_more_rows_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sextet.data.source.BATCH_ROWS", 7)
    panel = read_panel(customers(), DataOptions(id="region,product"))
    assert panel.ids == ("A/x", "A/y", "B/x", "B/y")
    np.testing.assert_array_equal(panel.y, customers()["y"])


def test_each_of_the_columns_may_be_static_too() -> None:
    panel = read_panel(customers(region=[1, 2]), DataOptions(id="region,product", static=("region", "product")))
    assert panel.ids == ("1/x", "1/y", "2/x", "2/y")
    assert panel.static_names == ("region", "product=x", "product=y")
    np.testing.assert_array_equal(panel.static, [[1, 1, 0], [1, 0, 1], [2, 1, 0], [2, 0, 1]])
    with pytest.raises(ConfigError, match="'region' is given both as id and as static"):
        DataOptions(id="region", static="region")


def test_a_column_whose_name_has_a_comma_is_one_column() -> None:
    data = customers(product=["x"]).rename(columns={"region": "region,product", "product": "kind"})
    assert read_panel(data, DataOptions(id="region,product")).ids == ("A", "B")


def test_future_covariates_are_matched_by_the_joined_names() -> None:
    data = customers().assign(load=np.arange(160.0))
    later = data["ds"] >= pd.Timestamp("2024-01-02")
    ahead = data[later].drop(columns="y")
    options = DataOptions(id="region,product", future="load", future_data=ahead)
    panel = read_panel(data[~later].drop(columns="load").assign(load=0.0), options, horizon=16)
    assert panel.lengths.tolist() == [40] * 4
    np.testing.assert_array_equal(panel.future[panel.rows(3)][24:, 0], data["load"][data["y"] >= 300][24:])


def test_what_is_wrong_with_several_columns_is_named() -> None:
    together = DataOptions(id="region,product")
    assert "no column 'produkt', did you mean 'product'" in message(customers(), DataOptions(id="region,produkt"))
    data = customers()
    data.loc[70, "product"] = None
    assert all(part in message(data, together) for part in ("row 70", "'product'", "Give every row its series"))
    mixed = pd.DataFrame({"region": ["x/y", "x"], "product": ["z", "y/z"], "ds": ["2024-01-01"] * 2, "y": 1.0})
    assert "would be one series 'x/y/z'" in message(mixed, together)


@pytest.mark.parametrize("resample", [None, "2h"])
@pytest.mark.parametrize("order", [["region", "product", "ds"], ["ds", "region"]])
def test_rows_of_several_series_are_not_taken_for_one(order: list[str], resample: str | None) -> None:
    text = message(customers().sort_values(order), DataOptions(resample=resample))
    assert "120 of 160 rows have a time that a row had before" in text
    assert "--id region or --id region,product" in text
    text = message(customers().rename(columns={"region": "store"}), DataOptions(resample=resample))
    assert "80 of 160 rows have a time that their series had before" in text and "--id store,product" in text


def test_readings_of_one_series_may_share_their_times() -> None:
    data = customers(region=["A"], product=["x"]).assign(remark=["dull", "bright"] * 20, unique_id="a")
    data = pd.concat([data, data.iloc[:9]])
    assert read_panel(data.drop(columns=["region", "product"]), DataOptions(resample="2h")).ids == ("a",)
    said = DataOptions(id="region", resample="2h")  # who says what names the series is believed
    assert read_panel(customers(), said).ids == ("A", "B")
