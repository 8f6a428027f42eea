import pickle

import pytest
from zelda_rm import errors

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]


@pytest.mark.parametrize("kind", KINDS)
def test_errors_are_of_one_tree_and_cross_processes(kind):
    assert issubclass(kind, errors.RewardModelError)
    found = pickle.loads(pickle.dumps(kind("what was seen")))
    assert type(found) is kind
    assert str(found) == "what was seen"
    assert kind.__name__ in errors.__doc__
