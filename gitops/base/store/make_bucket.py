"""Make a bucket in the store that the environment names, and wait for the store to be there first.

Usage: make_bucket.py BUCKET, with S3_ENDPOINT_URL, S3_ACCESS_KEY and S3_SECRET_KEY in the environment.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import s3fs
from botocore.exceptions import BotoCoreError

PATIENCE_S = 120.0
PAUSE_S = 2.0


def make_bucket(
    bucket: str,
    patience_s: float = PATIENCE_S,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Make `bucket` unless it is there.

    Args:
        bucket: Its name.
        patience_s: How long a store that does not answer is asked again, in seconds.
        clock: Tells the time, in seconds.
        pause: Waits for some seconds.

    Returns:
        Whether this call made it.

    Raises:
        PermissionError: The keys are wrong.
        BotoCoreError: The store did not answer in time.
        OSError: It answers, and will not have the bucket.
    """
    store = s3fs.S3FileSystem(
        key=os.environ["S3_ACCESS_KEY"],
        secret=os.environ["S3_SECRET_KEY"],
        endpoint_url=os.environ.get("S3_ENDPOINT_URL") or None,
    )
    deadline = clock() + patience_s
    while True:
        try:
            store.invalidate_cache()
            if bucket in store.ls("", detail=False):
                return False
            store.mkdir(bucket)
        except PermissionError:
            raise  # another try does not make the keys right
        except (OSError, BotoCoreError):  # botocore's own tree holds "nobody answers"
            if clock() > deadline:
                raise
            pause(PAUSE_S)
        else:
            return True


if __name__ == "__main__":
    made = make_bucket(sys.argv[1])
    print(f"bucket {sys.argv[1]} {'made' if made else 'was there'}")
