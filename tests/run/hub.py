"""A small Hugging Face hub on loopback: its list of a repository's files, small files from itself and large ones from another host."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from web import Answer, Handler, Site, body, serving, status

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Repositories are added with `add`; `token` is what one must show, when it is set; `spelling` is how it writes JSON."""

    site: Site
    storage: Site
    token: str = ""
    spelling: dict[str, object] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.site.url

    def add(
        self, repo: str, files: dict[str, bytes], *, commit: str = COMMIT, revision: str = "main", kind: str = "model"
    ) -> None:
        """Files of 1,000 bytes or more are large ones, which another host has."""
        names = [{"rfilename": name} for name in files]
        listing = {
            "_id": 'an odd "name": {[',
            "id": repo,
            "cardData": {"siblings": [{"rfilename": "not/this"}], "sha": "f" * 40, "text": '"rfilename":"nor/this"'},
            "siblings": names,
            "tags": ['\u00fcber \\ "sha":"0" }', [{"rfilename": "nor this"}]],
            "sha": commit,
            "usedStorage": 12,
        }
        for text in (revision, commit):
            self._serve(
                f"/api/{kind}s/{repo}/revision/{quote(text, safe='')}",
                body(json.dumps(listing, **self.spelling).encode()),
            )
        tree = [{"type": "file", "path": name, "size": len(content), "oid": "0"} for name, content in files.items()]
        self._serve(f"/api/{kind}s/{repo}/tree/{commit}", body(json.dumps(tree).encode()))
        prefix = "/datasets" if kind == "dataset" else ""
        for name, content in files.items():
            answer = self._large(content, commit) if len(content) >= 1000 else self._small(content, commit)
            self._serve(f"{prefix}/{repo}/resolve/{commit}/{quote(name)}", answer)

    def _serve(self, path: str, answer: Answer) -> None:
        def guarded(request: Handler) -> None:
            allowed = not self.token or request.headers.get("Authorization") == f"Bearer {self.token}"
            (answer if allowed else status(401))(request)

        self.site.routes[path] = guarded

    def _small(self, content: bytes, commit: str) -> Answer:
        sha1 = hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()
        return body(content, ETag=f'"{sha1}"', X_Repo_Commit=commit)

    def _large(self, content: bytes, commit: str) -> Answer:
        sha256 = hashlib.sha256(content).hexdigest()
        self.storage.routes[f"/{sha256}"] = body(content, ETag='"of the storage"')
        return status(
            302,
            Location=f"{self.storage.url}/{sha256}?Signature=hushhush",
            X_Linked_Etag=f'"{sha256}"',
            X_Linked_Size=str(len(content)),
            X_Repo_Commit=commit,
            ETag='"of the pointer"',
        )


@contextmanager
def a_hub() -> Iterator[Hub]:
    with serving() as site, serving() as storage:
        yield Hub(site, storage)
