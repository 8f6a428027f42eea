"""The store: files below one base URL, on a disk or in an object store.

The same module stands in every package that reads or writes the store, so that none depends on another;
`tests/contracts/test_store.py` keeps the copies identical and runs one contract over all of them.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import fsspec
from fsspec.core import url_to_fs

T = TypeVar("T")

_PARTIAL = ".partial"  # what a killed writer may leave behind on a disk; never listed


# What s3fs and the libraries below it raise, by name: they are not installed where no S3 is used.
_OUTAGES = frozenset({"ConnectionError", "HTTPClientError", "ClientConnectionError", "TimeoutError"})
# What s3fs makes of the answers 503 and 500; only Linux has a number of its own for the second.
_BUSY = frozenset({errno.EBUSY, getattr(errno, "EREMOTEIO", errno.EIO)})


class StoreError(OSError):
    """The store cannot be used: what was tried, why it failed, and what to do about it."""

    exit_code = 2
    """With which a command ends: 2, somebody has to do something first."""


class StoreOutageError(StoreError):
    """The store cannot be reached, or is too busy, though it was tried several times; later it may be there again."""

    exit_code = 75
    """EX_TEMPFAIL of sysexits.h: the same command may be tried again."""


class Store:
    """Reads and atomic writes of whole files below a base URL.

    Args:
        url: `file:///…`, a path, `s3://bucket/prefix`, `memory://…`, or any other URL that fsspec knows.
        environ: Where S3 credentials are looked up: `S3_ENDPOINT_URL`, `S3_ACCESS_KEY`, `S3_SECRET_KEY`.

    Raises:
        StoreError: The URL's protocol is unknown or needs a package that is not installed.
    """

    def __init__(self, url: str, environ: Mapping[str, str] = os.environ) -> None:
        self.url = url.rstrip("/")
        try:
            self._fs, root = url_to_fs(self.url, **_options(self.url, environ))
        except (ImportError, ValueError) as error:
            raise StoreError(f"cannot open the store {url!r}: {error}") from error
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, fsspec.get_filesystem_class("file"))

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; FileNotFoundError when there is none."""
        return bytes(self._try("read", path, self._fs.cat_file))

    def read_json(self, path: str, schema: str) -> dict[str, Any]:
        """Return a JSON record after checking its `schema`, such as `segment/1`.

        Raises:
            StoreError: The file is not a JSON object or is of another kind or major version.
        """
        return parse_record(self.read(path), schema, f"{self.url}/{path}")

    def write(self, path: str, data: bytes) -> None:
        """Write a file so that a reader sees all of it or none."""
        self._try("write", path, lambda full: self._put(full, data))

    def write_json(self, path: str, record: Mapping[str, Any]) -> None:
        """Write a record as canonical JSON; see `dump_record`."""
        self.write(path, dump_record(record))

    def create(self, path: str, data: bytes) -> bool:
        """Write a file unless it exists; return whether this call made it. Of many racing calls one wins."""
        try:
            self._try("create", path, lambda full: self._put_once(full, data))
        except FileExistsError:
            return False
        return True

    def exists(self, path: str) -> bool:
        """Return whether a file is there; never answered from a cache."""
        return bool(self._try("look up", path, self._is_file))

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the paths of all files below a folder, sorted, relative to the base; nothing if it is absent."""
        self._fs.invalidate_cache()
        found = self._try("list", prefix, self._find)
        yield from sorted(name[len(self._root) :].lstrip("/") for name in found if not name.endswith(_PARTIAL))

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files and folders directly in a folder, sorted; none if it is absent."""
        self._fs.invalidate_cache()
        paths = self._try("list", folder, self._ls)
        return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in paths if not path.endswith(_PARTIAL))

    def delete(self, prefix: str) -> None:
        """Delete a file, or a folder with all that is in it; nothing happens if it is absent."""
        self._try("delete", prefix, self._remove)

    def _is_file(self, full: str) -> bool:
        self._fs.invalidate_cache()
        return bool(self._fs.isfile(full))

    def _find(self, full: str) -> Sequence[str]:
        try:
            return list(self._fs.find(full))
        except FileNotFoundError:
            return []

    def _ls(self, full: str) -> Sequence[str]:
        try:
            return [path for path in self._fs.ls(full, detail=False) if path.rstrip("/") != full.rstrip("/")]
        except FileNotFoundError:
            return []

    def _remove(self, full: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # absent is what was wanted
            self._fs.rm(full, recursive=True)

    def _put(self, full: str, data: bytes) -> None:
        if self._local:
            _place(full, data, os.replace)
        else:
            self._fs.pipe_file(full, data)

    def _put_once(self, full: str, data: bytes) -> None:
        if self._local:
            _place(full, data, os.link)
            return
        try:
            self._fs.pipe_file(full, data, mode="create")
        except OSError as error:
            if error.errno == errno.EINVAL and "pre-condition" in str(error).lower():
                raise FileExistsError(errno.EEXIST, "exists", full) from error
            raise

    def _try(self, verb: str, path: str, action: Callable[[str], T]) -> T:
        """Run a file-system call and name what is wrong with the store if it fails."""
        try:
            return action(f"{self._root}/{path}")
        except (FileNotFoundError, FileExistsError) as error:
            if isinstance(error, FileNotFoundError) and verb in {"write", "create"}:
                raise StoreError(self._explain(verb, path, error)) from error
            raise
        except StoreError:
            raise
        except Exception as error:
            kind = StoreOutageError if self._is_outage(error) else StoreError
            raise kind(self._explain(verb, path, error)) from error

    def _is_outage(self, error: Exception) -> bool:
        names = {cls.__name__ for cls in type(error).__mro__}
        return not self._local and (bool(names & _OUTAGES) or getattr(error, "errno", None) in _BUSY)

    def _explain(self, verb: str, path: str, error: Exception) -> str:
        what = f"cannot {verb} {self.url}/{path}"
        code = getattr(error, "errno", None)
        text = str(error)
        if code in {errno.ENOSPC, errno.EDQUOT}:
            return f"{what}: the disk is full; free some space and run the command again, it goes on where it stopped"
        if code == errno.EROFS or isinstance(error, PermissionError):
            return (
                f"{what}: the store is read-only or access is denied ({text}); check its permissions or the credentials"
            )
        if "locate credentials" in text or "Partial credentials" in text:
            return (
                f"{what}: no credentials; set S3_ACCESS_KEY and S3_SECRET_KEY, and S3_ENDPOINT_URL for another server "
                "than Amazon's"
            )
        if isinstance(error, FileNotFoundError) or "bucket does not exist" in text.lower() or "NoSuchBucket" in text:
            return f"{what}: the bucket or folder does not exist; create it first, or correct --store"
        if self._is_outage(error):
            return f"{what}: the store cannot be reached ({text}); check its address, or run this again later"
        return f"{what}: {type(error).__name__}: {text}"


def dump_record(record: Mapping[str, Any]) -> bytes:
    """Return one line of canonical JSON: sorted keys, no blanks, no NaN, a newline at the end."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.encode() + b"\n"


def parse_record(data: bytes | str, schema: str, source: str) -> dict[str, Any]:
    """Return a JSON object after checking its `schema` field.

    Args:
        data: The JSON text.
        schema: The kind and major version expected, such as `score/1`.
        source: Where the text came from, for the message.

    Raises:
        StoreError: Not JSON, not an object, or not of that schema.
    """
    try:
        record = json.loads(data)
    except ValueError as error:
        raise StoreError(f"{source} is not JSON ({error}); expected a {schema} record") from error
    found = record.get("schema") if isinstance(record, dict) else type(record).__name__
    if not isinstance(record, dict) or found != schema:
        raise StoreError(f"{source} is {found!r}; expected {schema!r}, which this version reads")
    return record


def _place(full: str, data: bytes, move: Callable[[str, str], None]) -> None:
    """Write a file under another name and move it to its own at once; leave nothing behind on an error."""
    os.makedirs(os.path.dirname(full), exist_ok=True)
    partial = f"{full}.{uuid.uuid4().hex}{_PARTIAL}"
    try:
        with open(partial, "wb") as file:
            file.write(data)
        move(partial, full)
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


def _options(url: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return fsspec's options for the URL; only S3 needs any."""
    if not url.startswith(("s3://", "s3a://")):
        return {"auto_mkdir": True} if "://" not in url or url.startswith("file://") else {}
    options: dict[str, Any] = {"use_listings_cache": False}
    names = {"endpoint_url": "S3_ENDPOINT_URL", "key": "S3_ACCESS_KEY", "secret": "S3_SECRET_KEY"}
    return options | {option: environ[name] for option, name in names.items() if environ.get(name)}
