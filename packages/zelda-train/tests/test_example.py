import re

import corridor
import pytest


@pytest.mark.usefixtures("cluster")
def test_the_example_runs(tmp_path, capsys):
    corridor.main(str(tmp_path / "run"))
    assert re.fullmatch(r"epoch 0: return -?\d\.\d\d\nepoch 1: return -?\d\.\d\d\n", capsys.readouterr().out)
