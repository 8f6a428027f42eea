import pytest
import zelda_rm


def test_every_public_name_is_there_and_sorted():
    assert zelda_rm.__all__ == sorted(zelda_rm.__all__)
    for name in zelda_rm.__all__:
        assert getattr(zelda_rm, name).__name__ == name or name == "Link"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="RewardEnsemble"):
        _ = zelda_rm.RewardEnsemble
