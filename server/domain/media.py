"""Content types of files: the endings of their names, and which of them a browser may show.

No table of the machine is asked: a slim image has none, and the same file would have another name on each.
"""

from __future__ import annotations

from mimetypes import MimeTypes

# The first type of an ending is the one that a file of it is served with
_ENDINGS = {
    "png": ("image/png", "image/x-png"),
    "jpg": ("image/jpeg", "image/jpg", "image/pjpeg"),
    "webp": ("image/webp",),
    "gif": ("image/gif",),
    "avif": ("image/avif",),
    "wav": ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"),
    "mp3": ("audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/mpeg3"),
    "m4a": ("audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm"),
    "aac": ("audio/aac", "audio/x-aac", "audio/aacp"),
    "ogg": ("audio/ogg", "application/ogg", "audio/x-ogg", "audio/vorbis"),
    "opus": ("audio/opus",),
    "flac": ("audio/flac", "audio/x-flac"),
    "weba": ("audio/webm",),
    "mp4": ("video/mp4", "video/x-m4v"),
    "webm": ("video/webm",),
    "ogv": ("video/ogg",),
    "mov": ("video/quicktime",),
    "mkv": ("video/x-matroska", "video/matroska"),
    "avi": ("video/x-msvideo", "video/avi", "video/vnd.avi"),
    "aiff": ("audio/aiff", "audio/x-aiff"),
    "amr": ("audio/amr", "audio/3gpp"),
    "3gp": ("video/3gpp",),
    "bmp": ("image/bmp", "image/x-ms-bmp"),
    "tiff": ("image/tiff",),
    "heic": ("image/heic", "image/heif"),
    "svg": ("image/svg+xml",),
    "json": ("application/json",),
    "jsonl": ("application/jsonl", "application/x-ndjson"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "txt": ("text/plain",),
    "md": ("text/markdown",),
    "html": ("text/html",),
    "vtt": ("text/vtt",),
    "srt": ("application/x-subrip",),
    "xml": ("application/xml", "text/xml"),
    "yaml": ("application/yaml", "text/yaml"),
    "pdf": ("application/pdf",),
    "zip": ("application/zip", "application/x-zip-compressed"),
    "gz": ("application/gzip",),
    "npy": ("application/x-npy",),
    "glb": ("model/gltf-binary",),
    "ply": ("model/ply", "application/x-ply"),
}
CONTENT_TYPES = frozenset(name for types in _ENDINGS.values() for name in types)
_ENDING_OF = {content_type: ending for ending, types in _ENDINGS.items() for content_type in types}
# Pictures, sound and moving pictures that run no code of their own; SVG and HTML would
_SHOWN = frozenset(
    {"png", "jpg", "webp", "gif", "avif", "bmp"}
    | {"wav", "mp3", "m4a", "aac", "ogg", "opus", "flac", "weba", "mp4", "webm", "ogv", "mov"}
)


def ending(content_type: str) -> str:
    """The ending of the name of a file of a type, without its dot; `bin` for what is not known."""
    name = _essence(content_type)
    if known := _ENDING_OF.get(name):
        return known
    # An instance of its own knows what Python knows, without what it read on the machine
    return (MimeTypes().guess_extension(name, strict=False) or ".bin").removeprefix(".")


def output_ending(content_type: str) -> str:
    """The ending of an output file: one of the table, since the store's keys and links are made of it."""
    return _ENDING_OF.get(_essence(content_type), "bin")


def shown_type(content_type: str) -> str | None:
    """The type with which a browser may show a file, or None for one that it only may keep."""
    return type_of(_ENDING_OF.get(_essence(content_type), ""))


def type_of(ending: str) -> str | None:
    """The type of files with an ending, if a browser may show them."""
    return _ENDINGS[ending][0] if ending in _SHOWN else None


def _essence(content_type: str) -> str:
    """The type without its parameters, such as `; codecs=opus`."""
    return content_type.partition(";")[0].strip().lower()


def type_by_name(name: str) -> str:
    """The content type of a file by the ending of its name."""
    ending = name.rpartition(".")[2].lower()
    ending = {"jpeg": "jpg", "tif": "tiff", "htm": "html", "yml": "yaml"}.get(ending, ending)
    return _ENDINGS[ending][0] if ending in _ENDINGS else "application/octet-stream"
