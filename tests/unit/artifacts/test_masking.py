"""What of a URI may be shown."""

import pytest
from sflowc.artifacts.masking import masked


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://h/x", "https://h/x"),
        ("https://me:pw@h/x", "https://***@h/x"),
        ("https://token@h:80/x@y", "https://***@h:80/x@y"),
        ("https://a@b@h/x", "https://***@h/x"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://h/x?sig=a&part=2&access_token=b#k", "https://h/x?sig=***&part=2&access_token=***#k"),
        (
            "https://h/x?X-Amz-Signature=a;Api-Key=b&design=c&signed=d",
            "https://h/x?X-Amz-Signature=***;Api-Key=***&design=c&signed=d",
        ),
        ("https://h/x?token=", "https://h/x?token="),
        ("s3://key:secret@bucket/x", "s3://***@bucket/x"),
        ("docker://image@sha256:0", "docker://image@sha256:0"),
        ("file:///x?key=y", "file:///x?key=y"),
        ("hf://o/r@main", "hf://o/r@main"),
    ],
)
def test_only_secrets_are_masked(uri: str, shown: str) -> None:
    assert masked(uri) == shown
