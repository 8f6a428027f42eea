"""Alerts and dashboards ask only for metrics that somebody gives, and Ray's are those of the Ray that is installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import ray

from .manifest import GITOPS, NAMESPACE, of_kind, render

# Who gives which metric: names as their projects publish them, counters with the ending that Prometheus sees.
GIVEN = {
    "Argo's controller, 4.1": {
        "argo_workflows_total_count",
        "argo_workflows_error_count",
        "argo_workflows_pods_total_count",
    },
    "KubeRay's operator, 1.7": {
        "kuberay_job_info",
        "kuberay_job_deployment_status",
        "kuberay_job_execution_duration_seconds",
    },
    "Ray": {
        "ray_actors",
        "ray_node_cpu_utilization",
        "ray_node_gpus_utilization",
        "ray_node_mem_total",
        "ray_node_mem_used",
        "ray_node_network_receive_speed",
        "ray_node_network_send_speed",
        "ray_object_store_memory",
    },
    "vLLM's engine V1": {
        "vllm:generation_tokens_total",
        "vllm:kv_cache_usage_perc",
        "vllm:num_requests_running",
        "vllm:num_requests_waiting",
        "vllm:prefix_cache_hits_total",
        "vllm:prefix_cache_queries_total",
        "vllm:prompt_tokens_total",
        "vllm:request_success_total",
        "vllm:time_to_first_token_seconds_bucket",
    },
    "llm-d's scheduler, from 0.9": {
        "llm_d_epp_ready_endpoints",
        "llm_d_epp_request_cached_tokens_sum",
        "llm_d_epp_request_duration_seconds_bucket",
        "llm_d_epp_request_error_total",
        "llm_d_epp_request_input_tokens_sum",
        "llm_d_epp_request_total",
        "llm_d_epp_scheduler_attempts_total",
    },
    "kube-state-metrics": {
        "kube_pod_container_status_last_terminated_reason",
        "kube_pod_container_status_restarts_total",
        "kube_pod_container_status_terminated_reason",
    },
    "the kubelet": {
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
    },
}
METRIC = re.compile(r"([a-z][a-z0-9_:]+)\{")


def alerts():
    rules = of_kind(render("overlays/prod"), "PrometheusRule")
    return [rule for item in rules for group in item["spec"]["groups"] for rule in group["rules"]]


def dashboards():
    return {path.stem: json.loads(path.read_text()) for path in (GITOPS / "base/monitoring/dashboards").glob("*.json")}


def expressions():
    found = {f"alert {rule['alert']}": rule["expr"] for rule in alerts()}
    for stem, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                found[f"{stem}: {panel['title']} {target['refId']}"] = target["expr"]
    return found


def test_every_metric_is_given_by_somebody_and_every_name_is_used():
    used = {metric for expression in expressions().values() for metric in METRIC.findall(expression)}
    assert used == {metric for names in GIVEN.values() for metric in names}


def test_rays_metrics_are_those_of_the_ray_that_is_installed():
    folder = Path(ray.__file__).parent / "dashboard"
    source = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    missing = [metric for metric in GIVEN["Ray"] if metric.removeprefix("ray_") not in source]
    assert missing == []


@pytest.mark.parametrize(("what", "expression"), expressions().items(), ids=expressions().keys())
def test_an_expression_is_whole_and_asks_for_our_namespace(what, expression):
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing), what
    for selector in re.findall(r"\{([^}]*)\}", expression):
        ours = f'namespace="{NAMESPACE}"' in selector or 'namespace="$namespace"' in selector
        assert ours or "cause=" in selector, f"{what}: {selector}"  # the controller's own errors have no namespace


def test_every_alert_says_what_to_do():
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names))
    for rule in alerts():
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"]["summary"]
        assert len(rule["annotations"]["description"]) > 40, rule["alert"]


def test_every_dashboard_is_published_and_its_panels_do_not_overlap():
    published = of_kind(render("overlays/prod"), "GrafanaDashboard")
    config = next(
        item for item in of_kind(render("overlays/prod"), "ConfigMap") if item["metadata"]["name"] == "zelda-dashboards"
    )
    assert {item["spec"]["configMapRef"]["key"] for item in published} == set(config["data"])
    for stem, dashboard in dashboards().items():
        assert json.loads(config["data"][f"{stem}.json"]) == dashboard
        cells = [
            (x, y)
            for panel in dashboard["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(cells) == len(set(cells)), stem
        assert max(x for x, _ in cells) < 24
        assert all(panel.get("description") or panel["type"] == "text" for panel in dashboard["panels"]), stem
