"""Make the Secret that holds the store's keys, drawn at random, unless it exists.

Usage: make_secret.py NAME, in a pod. It needs nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CONFLICT = 409


def make_secret(name: str, server: str, account: Path = ACCOUNT) -> bool:
    """Make the Secret in the namespace of the pod's service account.

    Args:
        name: Of the Secret.
        server: URL of the Kubernetes API.
        account: Folder with the service account's `token`, `namespace` and `ca.crt`.

    Returns:
        Whether this call made it.

    Raises:
        urllib.error.HTTPError: The API refused for another reason than that it exists.
    """
    namespace = (account / "namespace").read_text().strip()
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "zelda-rlaif"}},
        "stringData": {"S3_ACCESS_KEY": secrets.token_hex(10), "S3_SECRET_KEY": secrets.token_hex(20)},
    }
    request = urllib.request.Request(  # noqa: S310 - the API server's own address
        f"{server}/api/v1/namespaces/{namespace}/secrets",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {(account / 'token').read_text().strip()}",
            "Content-Type": "application/json",
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(  # noqa: S310
            request, timeout=30, context=ssl.create_default_context(cafile=account / "ca.crt")
        ):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == CONFLICT:
            return False
        raise


def server_url(environ: Mapping[str, str]) -> str:
    """Return the API's URL as every pod finds it in its environment; an IPv6 address in brackets."""
    host = environ["KUBERNETES_SERVICE_HOST"]
    return f"https://{f'[{host}]' if ':' in host else host}:{environ['KUBERNETES_SERVICE_PORT']}"


if __name__ == "__main__":
    made = make_secret(sys.argv[1], server_url(os.environ))
    print(f"secret {sys.argv[1]} {'made' if made else 'was there'}")
