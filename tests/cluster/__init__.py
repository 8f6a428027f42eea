"""The manifests: rendered, held against the kinds' schemas, our policies, the table of flows, and a real API server."""
