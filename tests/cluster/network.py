"""What a set of NetworkPolicies lets through, worked out as a network plugin does.

A connection from one pod to another passes if the sender's policies let it out and the receiver's let it in. Policies
are of one namespace; a pod that no policy selects for a direction is open in that direction; one that is selected is
closed but for what some policy allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

Policy = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """One end of a connection: a pod of some namespace, or an address outside the cluster's pods."""

    name: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


def allowed(policies: Sequence[Policy], source: Peer, target: Peer, port: int, protocol: str = "TCP") -> bool:
    """Return whether a connection passes.

    Args:
        policies: NetworkPolicy objects, each with its namespace.
        source: Who opens the connection.
        target: Who is to take it.
        port: The pod's port, not a Service's.
        protocol: `TCP` or `UDP`.
    """
    return _passes(policies, "Egress", source, target, port, protocol) and _passes(
        policies, "Ingress", target, source, port, protocol
    )


def _passes(policies: Sequence[Policy], direction: str, pod: Peer, other: Peer, port: int, protocol: str) -> bool:
    mine = [policy for policy in policies if _applies(policy, direction, pod)]
    if not mine:
        return True
    side, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    return any(
        _port_matches(rule.get("ports"), port, protocol)
        and (peers not in rule or any(_peer_matches(peer, other, policy) for peer in rule[peers]))
        for policy in mine
        for rule in policy["spec"].get(side, [])
    )


def _applies(policy: Policy, direction: str, pod: Peer) -> bool:
    return (
        policy["metadata"]["namespace"] == pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], pod.labels)
    )


def _port_matches(ports: Sequence[dict[str, Any]] | None, port: int, protocol: str) -> bool:
    return ports is None or any(
        entry.get("protocol", "TCP") == protocol
        and ("port" not in entry or entry["port"] <= port <= entry.get("endPort", entry["port"]))
        for entry in ports
    )


def _peer_matches(peer: dict[str, Any], other: Peer, policy: Policy) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return (
            bool(other.address)
            and ip_address(other.address) in ip_network(block["cidr"])
            and not any(ip_address(other.address) in ip_network(hole) for hole in block.get("except", []))
        )
    if other.address:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace}):
            return False
    elif other.namespace != policy["metadata"]["namespace"]:
        return False
    return selects(peer.get("podSelector", {}), other.labels)


def selects(selector: dict[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a label selector holds for these labels; an empty one holds for all."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        _expression_holds(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _expression_holds(expression: dict[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    match expression["operator"]:
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
    raise ValueError(f"unknown operator {expression['operator']!r} in a label selector")
