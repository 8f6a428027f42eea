import json
from datetime import UTC, datetime

import pytest
from zelda_workflows.cli import main
from zelda_workflows.progress import write_progress


def test_a_wrong_flag_is_a_users_mistake():
    with pytest.raises(SystemExit) as end:
        main(["run", "--no-such-flag"])
    assert end.value.code == 2


def test_a_wrong_value_names_the_flag(capsys):
    assert main(["run", "--epochs", "none"]) == 2
    message = capsys.readouterr().err
    assert "--epochs" in message
    assert message.count("\n") == 1


def test_flags_come_from_the_environment_too(capsys, monkeypatch):
    monkeypatch.setenv("EPOCH_STEPS", "many")
    assert main(["run"]) == 2
    assert "--epoch-steps" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["status"], ["report"], ["commit", "--epoch", "0"]])
def test_an_empty_store_gets_one_line_and_exit_code_2(command, tmp_path, capsys):
    assert main([*command, "--store", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "Traceback" not in message


def test_commit_says_whether_it_made_the_record(finished, capsys):
    assert main(["commit", "--store", finished.url, "--epoch", "0"]) == 0
    assert main(["commit", "--store", finished.url, "--epoch", "0"]) == 0
    assert capsys.readouterr().out.splitlines() == ["epoch 0 committed", "epoch 0 was committed before"]


def test_status_shows_the_step_at_work_and_the_epochs(finished, capsys):
    write_progress(
        finished,
        datetime(2026, 1, 1, tzinfo=UTC),
        run="run",
        epoch=1,
        epochs=2,
        phase="fit",
        done=3,
        total=9,
        unit="pairs",
    )
    assert main(["status", "--store", finished.url]) == 0
    shown = capsys.readouterr().out
    assert "epoch 1, fit  3/9 pairs" in shown
    assert "0.750" in shown


def test_status_as_json_is_the_record(finished, capsys):
    write_progress(finished, datetime(2026, 1, 1, tzinfo=UTC), run="run", epoch=0, epochs=2, phase="train")
    assert main(["status", "--store", finished.url, "--as-json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "progress/1"


def test_a_work_directory_that_cannot_be_made_gets_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["run", "--store", str(tmp_path / "store"), "--work-dir", str(tmp_path / "file" / "work")]) == 2
    message = capsys.readouterr().err
    assert "--work-dir" in message
    assert message.count("\n") == 1
