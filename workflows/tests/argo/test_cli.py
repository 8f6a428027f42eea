"""The commands for a cluster, against servers on loopback that answer as the two real ones do."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from zelda_workflows.cli import main
from zelda_workflows.commit import commit_path
from zelda_workflows.progress import read_progress, write_progress
from zelda_workflows.store import Store

DEFAULTS = {"run": "demo", "store": "s3://zelda", "epochs": "3", "run-hours": "0", "head-cpu": "2"}
PARAMETERS = [{"name": name, "value": value} for name, value in DEFAULTS.items()]
TEMPLATE = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "WorkflowTemplate",
    "metadata": {"name": "zelda-rlaif", "namespace": "zelda-rlaif"},
    "spec": {"arguments": {"parameters": PARAMETERS}},
}
RUNNING = {
    "metadata": {
        "name": "mine-run-abcde",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"zelda-rlaif/run": "mine"},
    },
    "spec": {},
    "status": {"phase": "Running", "progress": "3/7", "startedAt": "2026-01-01T00:00:01Z"},
}


class Server:
    """Answers GET and POST from a table, and keeps what it was sent."""

    def __init__(self):
        self.answers = {}
        self.received = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.partition("?")[0]
                status, body = outer.answers.get(path, (404, {"message": f"{path} not found", "reason": "NotFound"}))
                self._send(status, body)

            def do_POST(self):
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.received.append((self.path, self.headers.get("Authorization"), sent))
                made = sent.get("workflow", sent)
                made["metadata"]["name"] = made["metadata"]["generateName"] + "abcde"
                self._send(201 if self.path.startswith("/apis/") else 200, made)

            def _send(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch):
    for name in ("KUBECONFIG", "ARGO_SERVER", "ARGO_TOKEN", "KUBERNETES_SERVICE_HOST", "RUN", "STORE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def kubernetes(server, tmp_path, monkeypatch):
    """A Kubernetes API server that has the template and a workflow of the run `mine`."""
    _write_kubeconfig(tmp_path / "kubeconfig", server.url, monkeypatch)
    base = "/apis/argoproj.io/v1alpha1/namespaces/zelda-rlaif"
    server.answers[f"{base}/workflowtemplates/zelda-rlaif"] = (200, TEMPLATE)
    server.answers[f"{base}/workflows"] = (200, {"items": [RUNNING]})
    server.answers["/api/v1/namespaces/zelda-rlaif/pods"] = (200, {"items": []})
    return server


@pytest.fixture
def argo(server):
    """An Argo server with the same."""
    server.answers["/api/v1/workflow-templates/zelda-rlaif/zelda-rlaif"] = (200, TEMPLATE)
    server.answers["/api/v1/workflows/zelda-rlaif"] = (200, {"items": [RUNNING], "metadata": {}})
    return server


def _write_kubeconfig(path, url, monkeypatch):
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": url}}],
        "users": [{"name": "me", "user": {"token": "the-token"}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(document))
    monkeypatch.setenv("KUBECONFIG", str(path))


def complaint(capsys):
    message = capsys.readouterr().err
    assert message.count("\n") == 1, message
    assert "Traceback" not in message
    return message


def test_render_writes_what_check_accepts(tmp_path, capsys):
    assert main(["render", "--output", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main(["render", "--output", str(tmp_path), "--check"]) == 0
    capsys.readouterr()
    (tmp_path / "zelda-rlaif.yaml").unlink()
    assert main(["render", "--output", str(tmp_path), "--check"]) == 2
    assert "zelda-rlaif.yaml differ" in complaint(capsys)


def test_submit_sends_what_was_given_and_leaves_the_rest_to_the_template(kubernetes, capsys):
    flags = ["--run", "mine", "--epochs", "5", "--run-hours", "2.5", "--parameter", "head-cpu=4"]
    assert main(["submit", *flags]) == 0
    shown = capsys.readouterr()
    assert shown.out == "mine-run-abcde\n"
    assert "status --store s3://zelda/mine" in shown.err
    path, token, sent = kubernetes.received[0]
    assert path.endswith("/namespaces/zelda-rlaif/workflows")
    assert token == "Bearer the-token"
    assert sent["spec"]["workflowTemplateRef"] == {"name": "zelda-rlaif"}
    assert sent["metadata"]["labels"]["zelda-rlaif/run"] == "mine"
    passed = {entry["name"]: entry["value"] for entry in sent["spec"]["arguments"]["parameters"]}
    assert passed == {"run": "mine", "epochs": "5", "run-hours": "2.5", "head-cpu": "4"}


def test_submit_takes_the_url_of_a_run_for_its_name_and_place(kubernetes, capsys):
    assert main(["submit", "--store", "s3://bucket/runs/mine/"]) == 0
    assert "status --store s3://bucket/runs/mine\n" in capsys.readouterr().err
    passed = {entry["name"]: entry["value"] for entry in kubernetes.received[0][2]["spec"]["arguments"]["parameters"]}
    assert passed == {"run": "mine", "store": "s3://bucket/runs"}


@pytest.mark.filterwarnings("ignore:The `json` method is deprecated:DeprecationWarning")  # Hera's own call
def test_submit_to_an_argo_server_uses_the_token_of_the_environment(argo, capsys, monkeypatch):
    monkeypatch.setenv("ARGO_TOKEN", "Bearer from-the-environment")
    assert main(["submit", "--run", "mine", "--epochs", "5", "--argo-server", argo.url]) == 0
    assert capsys.readouterr().out == "mine-run-abcde\n"
    path, token, sent = argo.received[0]
    assert path == "/api/v1/workflows/zelda-rlaif"
    assert token == "Bearer from-the-environment"
    assert sent["workflow"]["spec"]["workflowTemplateRef"] == {"name": "zelda-rlaif"}
    assert {"name": "epochs", "value": "5"} in sent["workflow"]["spec"]["arguments"]["parameters"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--run", "a b"], "the run's name is 'a b'"),
        ([], "which run?"),
        (["--run", "mine", "--store", "s3://zelda/other"], "--run 'mine' is not the run of --store"),
        (["--run", "mine", "--template", "zelda-other"], "zelda-other: not found"),
        (["--run", "mine", "--votes", "5"], "zelda-rlaif has no parameter votes; it has epochs"),
        (["--run", "mine", "--parameter", "head-cpu"], "--parameter 'head-cpu' is not of the form name=value"),
        (["--run", "mine", "--parameter", "store=a b"], "the value of store is 'a b'"),
        (["--epochs", "none"], "--epochs"),
    ],
)
def test_a_mistake_in_a_submission_is_one_line(kubernetes, capsys, flags, words):
    assert main(["submit", *flags]) == 2
    assert words in complaint(capsys)
    assert kubernetes.received == []


def test_an_argo_server_without_the_template_is_one_line(argo, capsys):
    assert main(["submit", "--run", "mine", "--template", "zelda-other", "--argo-server", argo.url]) == 2
    assert "zelda-other: not found" in complaint(capsys)


def test_access_that_is_denied_is_one_line(kubernetes, capsys):
    kubernetes.answers["/apis/argoproj.io/v1alpha1/namespaces/zelda-rlaif/workflowtemplates/zelda-rlaif"] = (
        403,
        {"message": "workflowtemplates is forbidden"},
    )
    assert main(["submit", "--run", "mine"]) == 2
    assert "access denied" in complaint(capsys)


@pytest.mark.parametrize("command", ["submit", "logs"])
def test_an_unreachable_cluster_is_one_line(server, tmp_path, monkeypatch, capsys, command):
    _write_kubeconfig(tmp_path / "kubeconfig", "http://127.0.0.1:1", monkeypatch)
    assert main([command, "--run", "mine"]) == 2
    assert "cannot reach http://127.0.0.1:1" in complaint(capsys)


def test_an_unreachable_argo_server_is_one_line(capsys):
    assert main(["submit", "--run", "mine", "--argo-server", "http://127.0.0.1:1"]) == 2
    assert "cannot reach http://127.0.0.1:1" in complaint(capsys)


def test_no_cluster_at_all_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    assert main(["submit", "--run", "mine"]) == 2
    assert "no Kubernetes cluster is configured here" in complaint(capsys)


def test_status_shows_the_workflow_of_a_run_that_has_written_nothing_yet(kubernetes, tmp_path, capsys):
    assert main(["status", "--store", str(tmp_path / "mine")]) == 0
    assert capsys.readouterr().out == "workflow mine-run-abcde: Running  3/7\n"


ARGUMENT = {"arguments": {"parameters": [{"name": "run", "value": "mine"}]}}


@pytest.mark.parametrize(
    "workflow",
    [
        {"metadata": {"name": "w", "labels": {"zelda-rlaif/run": "mine"}}, "spec": {}},
        {"metadata": {"name": "w"}, "spec": ARGUMENT},
        {"metadata": {"name": "w"}, "spec": {}, "status": {"storedWorkflowTemplateSpec": ARGUMENT}},
    ],
    ids=["label", "argument", "default of the template"],
)
def test_a_workflow_is_known_by_its_run_with_or_without_a_label(kubernetes, tmp_path, capsys, workflow):
    """Argo leaves the label out when a workflow has to wait before it is first looked at."""
    other = {"metadata": {"name": "other", "labels": {"zelda-rlaif/run": "other"}}, "spec": {}}
    kubernetes.answers["/apis/argoproj.io/v1alpha1/namespaces/zelda-rlaif/workflows"] = (
        200,
        {"items": [workflow, other]},
    )
    assert main(["status", "--store", str(tmp_path / "mine")]) == 0
    assert capsys.readouterr().out.startswith("workflow w: ")


def test_status_asks_an_argo_server_when_one_is_named(argo, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ARGO_SERVER", argo.url)
    assert main(["status", "--store", str(tmp_path / "mine")]) == 0
    assert "mine-run-abcde: Running" in capsys.readouterr().out


def test_status_goes_on_without_a_cluster_that_does_not_answer(finished, tmp_path, monkeypatch, capsys):
    _write_kubeconfig(tmp_path / "kubeconfig", "http://127.0.0.1:1", monkeypatch)
    write_progress(finished, datetime(2026, 1, 1, tzinfo=UTC), run="run", epoch=0, epochs=2, phase="train")
    assert main(["status", "--store", finished.url]) == 0
    shown = capsys.readouterr()
    assert "epoch 0, train" in shown.out
    assert "cannot reach" in shown.err


def test_logs_without_pods_say_so(kubernetes, capsys):
    assert main(["logs", "--run", "mine"]) == 2
    assert "'mine' has no pods at http://127.0.0.1" in complaint(capsys)


def test_logs_are_those_of_every_container_with_its_name(kubernetes, capsys):
    pods = "/api/v1/namespaces/zelda-rlaif/pods"
    containers = [{"name": "main"}, {"name": "wait"}]
    pod = {
        "metadata": {"name": "mine-next-1", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"containers": containers},
    }
    kubernetes.answers[pods] = (200, {"items": [pod]})
    kubernetes.answers[f"{pods}/mine-next-1/log"] = (200, "train: epoch 0")
    assert main(["logs", "--run", "mine"]) == 0
    assert [line.partition(" | ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "mine-next-1/main",
        "mine-next-1/wait",
    ]


NEXT = ["--began", "2026-01-01T00:00:00Z", "--epochs", "2"]


def test_next_writes_its_decision_and_records_the_parameters(tmp_path, capsys):
    store = Store(str(tmp_path / "mine"))
    assert main(["next", "--store", store.url, *NEXT, "--output", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "action").read_text() == "train"
    assert store.read_json("zelda-models/pipeline/run.json", "run/1")["name"] == "mine"
    assert main(["next", "--store", store.url, *NEXT, "--seed", "9", "--output", str(tmp_path / "out")]) == 2
    assert "seed was 7 and is now 9" in complaint(capsys)


def test_next_for_one_epoch_looks_at_that_one_alone(tmp_path):
    store = Store(str(tmp_path / "mine"))
    flags = ["next", "--store", store.url, *NEXT, "--only-epoch", "4", "--output", str(tmp_path / "out")]
    assert main(flags) == 0
    assert [(tmp_path / "out" / name).read_text() for name in ("action", "epoch")] == ["train", "4"]
    store.create(commit_path(4), b"done")
    assert main(flags) == 0
    assert (tmp_path / "out" / "action").read_text() == "stop"


@pytest.mark.parametrize("flags", [["--model-state", "a b"], ["--base-url", "http://x/'$(id)'"]])
def test_next_refuses_what_would_break_a_manifest(tmp_path, capsys, flags):
    assert main(["next", "--store", str(tmp_path / "mine"), *NEXT, *flags, "--output", str(tmp_path / "out")]) == 2
    assert "becomes part of a manifest" in complaint(capsys)


def test_finish_writes_how_it_ended(tmp_path, capsys):
    store = Store(str(tmp_path / "mine"))
    assert main(["finish", "--store", store.url, "--epochs", "2", "--status", "Error"]) == 0
    assert read_progress(store)["phase"] == "failed"


BLOCKED = """
import sys
for name in ("hera", "kubernetes"):
    sys.modules[name] = None
from zelda_workflows.cli import main
sys.exit(main(sys.argv[1:]))
"""


def without_the_extra(*arguments):
    command = [sys.executable, "-c", BLOCKED, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_steps_of_a_workflow_need_no_extra(tmp_path):
    """The images have neither Hera nor a Kubernetes client."""
    store = tmp_path / "mine"
    assert without_the_extra("next", "--store", store, *NEXT, "--output", tmp_path / "out").returncode == 0
    assert without_the_extra("finish", "--store", store, "--epochs", 2, "--status", "Failed").returncode == 0
    assert "run `zelda-train epoch`" in without_the_extra("commit", "--store", store, "--epoch", 0).stderr


@pytest.mark.parametrize("command", ["render", "submit", "logs"])
def test_a_command_that_needs_the_extra_says_so_in_one_line(command):
    flags = [] if command == "render" else ["--run", "mine"]
    done = without_the_extra(command, *flags)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'zelda-workflows[argo]'" in done.stderr
