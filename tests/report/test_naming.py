from sextet.report.naming import is_ensemble, name_list, shown


def test_members_keep_their_slot_whatever_the_order():
    first = {one["name"]: one["slot"] for one in name_list(["lstm", "cnn_lstm"], ["SeasonalNaive"])}
    other = {
        one["name"]: one["slot"] for one in name_list(["CNN-LSTM", "PatchTST", "LSTM"], ["Ridge", "SeasonalNaive"])
    }
    assert all(other[name] == slot for name, slot in first.items())
    assert len(set(other.values())) == len(other)


def test_members_of_the_user_get_slots_of_their_own():
    names = name_list(["lstm", "my model", "another", "rule_based"], ["Drift", "Ridge"])
    slots = [one["slot"] for one in names]
    assert len(set(slots)) == len(slots)
    assert [one["name"] for one in names][2:4] == ["my model", "another"]


def test_shown():
    assert shown("cnn_lstm") == "CNN-LSTM"
    assert shown("SeasonalNaive") == "Seasonal naive"
    assert shown("sextet") == "Ensemble"
    assert shown("N-BEATS of mine") == "N-BEATS of mine"
    assert is_ensemble("Ensemble (online)") and not is_ensemble("LSTM")
