"""The loop as objects of Kubernetes: Argo's templates, the RayJob that trains, and how to submit a run.

Everything here but the steps `next` and `finish` needs the extra `argo` (Hera and the Kubernetes client).
"""
