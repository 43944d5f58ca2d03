"""What the JSON files of a model folder name: all of it has to lie inside that folder.

A configuration is a stranger's, and the libraries that read it take some of its strings for paths: a slow tokenizer
opens whatever `special_tokens_map.json` calls its `vocab_file`, an index of weights or a pipeline's components may name
a file of another model. So every string of such a file is judged before anything is loaded, whatever its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from workers.contract.failures import VersionRefusedError
from workers.contract.layout import ADAPTER, BASE_NAME, unreadable

# Files whose strings are words, tokens and merges, which may look like anything and are never opened
VOCABULARIES = re.compile(r"^(?:tokenizer|vocab|added_tokens|merges|chat_template)\.json$")
# Keys whose values are never opened: where the model once lay, tokens, templates and labels
HARMLESS = re.compile(
    r"^(?:_?name_or_path|special_tokens_map_file|content|chat_template|template|id2label|label2id|prompts"
    r"|added_tokens_decoder|additional_special_tokens|extra_special_tokens|default_prompt_name|\w+_tokens?)$"
)
OUTSIDE = re.compile(r"^(?:[/\\~]|[A-Za-z]:[\\/]|file:)|(?:^|[/\\])\.\.(?:[/\\]|$)")
COMPONENT = re.compile(r"^\w[\w-]{0,99}$")
TOKENIZER_FILES = {"tokenizer_config.json", "special_tokens_map.json"}
# What tokenizers are made of: vocabularies, merges, models of sentencepiece and tiktoken, and configurations
TOKENIZER_PART = re.compile(r"^[\w.-]+\.(?:json|txt|model|spm|tiktoken|codes|vocab|bpe|tokenizer)$")
FILE_KEY = re.compile(r"(?:_file|_files|_path|_dir)$")
# Of all configurations of a folder together. The index of a model of a trillion numbers has 14 MB and 150,000 strings;
# what a file is read into may be twenty times as large, in a process that other models depend on
MAX_CONFIG_BYTES = 64_000_000
MAX_VALUES = 1_000_000
SCHEDULER = re.compile(r"^scheduler_config\.json$")
MAX_STEPS = 100_000
# a name of the hub, or the end of a path on the machine where it was made
BASE = re.compile(r"(?:(?<![\w./-])[\w.-]+/)?[\w.-]{1,100}(?=/?$)")
NEEDS_BASE = (
    "An adapter runs on the version that it was made for: add that model first, and publish the adapter with that "
    'version as `base`, such as base: "owner/name:1".'
)


def needs_base(config: Any) -> str:
    """What to do with an adapter that was published alone, by what its own configuration calls its base."""
    name = config.get(BASE_NAME) if isinstance(config, dict) else None
    if not isinstance(name, str) or not (match := BASE.search(name)):
        return NEEDS_BASE
    return f"It was made for {match[0]}. {NEEDS_BASE}"


def check_references(folder: Path, files: list[Path], *, is_adapter: bool = False) -> None:
    """Refuse a folder whose files name what lies outside it, or what it does not hold.

    What an adapter calls its base is no path: the version names its base, and nothing else is read.

    Raises:
        VersionRefusedError: with a sentence for the model's owner.
    """
    names = {file.relative_to(folder).as_posix() for file in files}
    left_bytes, left_values = MAX_CONFIG_BYTES, MAX_VALUES
    for file in files:
        if file.suffix != ".json" or VOCABULARIES.match(file.name):
            continue
        name = file.relative_to(folder).as_posix()
        left_bytes -= file.stat().st_size
        if left_bytes < 0:
            raise VersionRefusedError(f"Its configurations up to {name} have more than {MAX_CONFIG_BYTES} bytes.")
        value = _read(file, name)
        left_values -= _count(value, left_values)
        if left_values < 0:
            raise VersionRefusedError(f"Its configurations up to {name} have more than {MAX_VALUES} values.")
        if SCHEDULER.match(file.name):
            _check_steps(value, name)
        if is_adapter and isinstance(value, dict):
            value.pop(BASE_NAME, None)
        for key, text in strings(value):
            if OUTSIDE.search(text):
                raise VersionRefusedError(f"{name} names a path outside of the model: {key} is {text[:100]!r}.")
            # A tokenizer opens it as it stands, so that it would be a file of the folder that the process runs in
            if FILE_KEY.search(key) and file.name in TOKENIZER_FILES:
                if text not in names:
                    raise VersionRefusedError(
                        f"{name} names a file that the model does not have: {key} is {text[:100]!r}."
                    )
                if not TOKENIZER_PART.match(text):
                    raise VersionRefusedError(f"{name} names what is no tokenizer's file: {key} is {text[:100]!r}.")
        if isinstance(value, dict):
            _check_form(value, name, names, is_adapter=is_adapter)


def _check_form(value: dict[str, Any], name: str, names: set[str], *, is_adapter: bool) -> None:
    file = PurePosixPath(name).name
    if file == ADAPTER and not is_adapter:
        # Libraries would load the model that it names
        raise VersionRefusedError(f"It has {name}. {needs_base(value)} If it is a whole model, remove that file.")
    if file == "model_index.json":
        odd = [key for key in value if not key.startswith("_") and not COMPONENT.match(key)]
        if odd:
            raise VersionRefusedError(f"{name} names a component {odd[0][:100]!r}, which is not a folder's name.")
    if file.endswith(".index.json"):
        weights = value.get("weight_map")
        if not isinstance(weights, dict) or not all(isinstance(part, str) for part in weights.values()):
            raise VersionRefusedError(f"{name} has no weight_map from names to files.")
        here = PurePosixPath(name).parent
        for part in sorted(set(weights.values())):
            if "/" in part or "\\" in part or (here / part).as_posix() not in names:
                raise VersionRefusedError(f"{name} names {part[:100]!r}, which is not a file beside it.")


def _read(file: Path, name: str) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise unreadable(file, name, "not JSON") from None


def _count(value: Any, most: int) -> int:
    """How many values are in a JSON value; counting ends above `most`."""
    ahead, count = [value], 0
    while ahead and count <= most:
        each = ahead.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        count += len(inner)
        if count <= most:
            ahead += inner
    return count


def _check_steps(value: Any, name: str) -> None:
    """Refuse a schedule, of whose every step a library keeps numbers, that is far longer than any is."""
    ahead = [("", value)]
    while ahead:
        key, each = ahead.pop()
        if isinstance(each, dict):
            ahead += each.items()
        elif isinstance(each, list):
            ahead += [(key, inner) for inner in each]
        elif isinstance(each, int | float) and not abs(each) <= MAX_STEPS:
            raise VersionRefusedError(f"{name}: {key} = {str(each)[:30]} is more than {MAX_STEPS}.")


def strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every string of a JSON value with the key that it stands under, those of harmless keys left out."""
    ahead = [("", value)]
    while ahead:
        key, each = ahead.pop()
        if HARMLESS.match(key):
            continue
        match each:
            case str():
                yield key, each
            case dict():
                ahead += [(str(name), inner) for name, inner in each.items()]
            case list():
                ahead += [(key, inner) for inner in each]
