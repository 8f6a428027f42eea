"""The evaluator itself, on the rules of the NetworkPolicy reference."""

from __future__ import annotations

import pytest

from .network import Peer, allowed, selects

A = Peer("a", "one", {"app": "a"})
B = Peer("b", "one", {"app": "b"})
ELSEWHERE = Peer("b elsewhere", "two", {"app": "b"})


def policy(**spec):
    return {"metadata": {"namespace": "one"}, "spec": {"podSelector": {}, **spec}}


DENY = policy(policyTypes=["Ingress", "Egress"])


def test_without_policies_all_is_open():
    assert allowed([], A, B, 80)


def test_a_pod_that_is_selected_is_closed_in_that_direction_only():
    closed_out = policy(podSelector={"matchLabels": {"app": "a"}}, policyTypes=["Egress"])
    assert not allowed([closed_out], A, B, 80)
    assert allowed([closed_out], B, A, 80)


def test_both_ends_must_agree():
    out = policy(policyTypes=["Egress"], egress=[{"to": [{"podSelector": {"matchLabels": {"app": "b"}}}]}])
    into = policy(policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "a"}}}]}])
    assert not allowed([DENY, out], A, B, 80)
    assert not allowed([DENY, into], A, B, 80)
    assert allowed([DENY, out, into], A, B, 80)
    assert not allowed([DENY, out, into], B, A, 80)


def test_a_pod_selector_alone_means_the_policys_own_namespace():
    into = policy(policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "b"}}}]}])
    assert not allowed([into], ELSEWHERE, A, 80)
    into["spec"]["ingress"][0]["from"][0]["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": "two"}}
    assert allowed([into], ELSEWHERE, A, 80)
    assert not allowed([into], B, A, 80)


def test_ports_and_protocols():
    into = policy(
        policyTypes=["Ingress"], ingress=[{"ports": [{"port": 10, "endPort": 12}, {"port": 53, "protocol": "UDP"}]}]
    )
    assert [port for port in range(8, 15) if allowed([into], A, B, port)] == [10, 11, 12]
    assert allowed([into], A, B, 53, "UDP")
    assert not allowed([into], A, B, 53)


def test_an_address_is_in_a_block_and_not_in_its_holes():
    out = policy(
        policyTypes=["Egress"], egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}]
    )
    assert allowed([out], A, Peer("web", address="93.184.216.34"), 443)
    assert not allowed([out], A, Peer("inside", address="10.1.2.3"), 443)
    assert not allowed([out], A, B, 443)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
        ({"key": "app", "operator": "In", "values": ["a", "c"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["a"]}, False),
    ],
)
def test_expressions(expression, holds):
    assert selects({"matchExpressions": [expression]}, {"app": "a"}) is holds


def test_an_operator_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="Near"):
        selects({"matchExpressions": [{"key": "app", "operator": "Near"}]}, {})
