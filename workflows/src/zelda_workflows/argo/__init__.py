"""The loop as objects of Kubernetes: Argo's templates, and the RayJob that trains (needs the extra `argo`)."""

from zelda_workflows.argo.render import render, write

__all__ = ["render", "write"]
