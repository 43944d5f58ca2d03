from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from server.adapters.huggingface import RepoFile
from workers.contract.failures import VersionRefusedError
from workers.supervisor import digests, folders
from workers.supervisor.downloads import choose
from workers.supervisor.folders import Choice

OF_TEXT, OF_PICTURES = Choice(adapter_for="text"), Choice(adapter_for="image")
ENOUGH = 10**6


def weights(data: bytes = b"\0" * 8) -> bytes:
    """A whole safetensors file of one tensor."""
    tensor = {"a": {"dtype": "F32", "shape": [len(data) // 4], "data_offsets": [0, len(data)]}}
    header = json.dumps(tensor).encode()
    return struct.pack("<Q", len(header)) + header + data


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """MODEL_ROOT with one model, and a model beside it."""
    for path in (tmp_path / "root" / "good", tmp_path / "outside"):
        path.mkdir(parents=True)
        (path / "config.json").write_text('{"model_type": "llama"}')
        (path / "model.safetensors").write_bytes(weights())
    return tmp_path / "root"


def test_a_folder_below_the_root(root: Path) -> None:
    assert folders.below_root("good", root) == root / "good"
    assert folders.below_root(str(root / "good"), root) == root / "good"
    (root / "link").symlink_to(root / "good")
    assert folders.below_root("link", root) == root / "good"


@pytest.mark.parametrize("text", ["", ".", "..", "/", "/etc", "../outside", "good/../../outside", "out", "good/../.."])
def test_no_other_folder(root: Path, text: str) -> None:
    (root / "out").symlink_to(root.parent / "outside")
    with pytest.raises(VersionRefusedError, match="not below MODEL_ROOT"):
        folders.below_root(text, root)


@pytest.mark.parametrize("text", ["nothing", "~/good", "root/good", "n" * 300, "circle"])
def test_what_is_no_folder(root: Path, text: str) -> None:
    (root / "circle").symlink_to("circle")
    with pytest.raises(VersionRefusedError, match=r"no such folder .* such as my-model\.") as caught:
        folders.below_root(text, root)
    assert str(root) not in str(caught.value)


def test_a_file_is_no_folder(root: Path) -> None:
    with pytest.raises(VersionRefusedError, match=r"It is a file\. A model is the folder that its files lie in"):
        folders.below_root("good/config.json", root)


def test_without_a_root_there_are_none() -> None:
    with pytest.raises(VersionRefusedError, match="MODEL_ROOT is not set"):
        folders.below_root("good", None)


def only_pickles(path: Path) -> None:
    (path / "model.safetensors").rename(path / "pytorch_model.bin")


def no_weights(path: Path) -> None:
    (path / "model.safetensors").unlink()


def no_settings(path: Path) -> None:
    (path / "config.json").unlink()


def an_unfinished_download(path: Path) -> None:
    (path / "model.safetensors").unlink()
    place = path / ".cache" / "huggingface" / "download"
    place.mkdir(parents=True)
    (place / "xGOKKLRSlIhH692hSVvI1-gpoa8=.1751.incomplete").write_bytes(b"1")


def an_unfinished_file(path: Path) -> None:
    (path / "model.safetensors").rename(path / "model.safetensors.crdownload")


def nothing_at_all(path: Path) -> None:
    for file in path.iterdir():
        file.unlink()


def one_folder_deeper(path: Path) -> None:
    (path / "inner" / "model").mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (path / name).rename(path / "inner" / "model" / name)


def settings_that_are_no_json(path: Path) -> None:
    (path / "config.json").write_text("{")


def settings_that_are_a_list(path: Path) -> None:
    (path / "config.json").write_text("[]")


def own_code(path: Path) -> None:
    (path / "config.json").write_text('{"auto_map": {"AutoModel": "code.Model"}}')


def cut_weights(path: Path) -> None:
    (path / "model.safetensors").write_bytes(weights()[:-1])


def empty_weights(path: Path) -> None:
    (path / "model.safetensors").write_bytes(b"")


def a_pointer(name: str) -> Callable[[Path], None]:
    """What `git clone` leaves of a large file without Git LFS."""
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    return lambda path: (path / name).write_text(text) and None


def a_missing_shard(path: Path) -> None:
    (path / "model.safetensors").rename(path / "model-1.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index))


def a_pickle_by_another_name(path: Path) -> None:
    (path / "model.safetensors").write_bytes(b"\x80\x04\x95" + b"\0" * 100)


def a_link_out(path: Path) -> None:
    (path / "tokenizer.json").symlink_to("/etc/hostname")


def too_large(path: Path) -> None:
    (path / "model.safetensors").write_bytes(weights(b"\0" * ENOUGH))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (only_pickles, "The folder holds only pickle weights; convert them to safetensors."),
        (no_weights, "The folder holds no safetensors weights: add those of the model's repository."),
        (an_unfinished_download, "run the download again, then `prepareAgain`."),
        (an_unfinished_file, "run the download again, then `prepareAgain`."),
        (no_settings, "The folder has neither config.json nor model_index.json: add it from the model's repository."),
        (nothing_at_all, "The folder has neither config.json nor model_index.json: it is empty."),
        (one_folder_deeper, "nor model_index.json: the model lies deeper in it. Name its folder inner/model."),
        (settings_that_are_no_json, "config.json is not JSON."),
        (settings_that_are_a_list, "config.json is not a JSON object."),
        (own_code, "The model brings its own code, which is never run here."),
        (
            cut_weights,
            f"is cut off: {len(weights()) - 1} bytes of {len(weights())}. The download was not complete.",
        ),
        (empty_weights, "model.safetensors is empty: the download was not complete. Fetch it again."),
        (a_pointer("model.safetensors"), "run `git lfs pull` where its repository was cloned, or download the file."),
        (a_pointer("config.json"), "run `git lfs pull` where its repository was cloned, or download the file."),
        (a_missing_shard, "model-2.safetensors is missing: the download was not complete. Fetch it into the folder."),
        (a_pickle_by_another_name, "model.safetensors is not a safetensors file."),
        (a_link_out, "tokenizer.json links to a place outside of the model's folder."),
        (too_large, f"more than MODEL_MAX_BYTES ({ENOUGH})."),
    ],
)
def test_a_folder_is_refused_with_a_sentence(root: Path, spoil: Callable[[Path], None], reason: str) -> None:
    assert folders.inspect(root / "good", ENOUGH).size_bytes > 0
    spoil(root / "good")
    with pytest.raises(VersionRefusedError) as caught:
        folders.inspect(root / "good", ENOUGH)
    assert str(caught.value).endswith(reason)


@pytest.mark.parametrize("has_branch", [True, False])
def test_the_cache_of_a_hub_names_its_snapshot(root: Path, has_branch: bool) -> None:
    repository, commit = root / "models--me--good", "a" * 40
    (repository / "snapshots").mkdir(parents=True)
    (root / "good").rename(repository / "snapshots" / commit)
    if has_branch:
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(commit)
    for path, name in ((repository, f"snapshots/{commit}"), (repository / "snapshots", commit)):
        with pytest.raises(VersionRefusedError, match=rf"what the hub's cache keeps .* Name its folder {name}\."):
            folders.inspect(path, ENOUGH)
    snapshot = folders.inspect(repository / "snapshots" / commit, ENOUGH)
    assert snapshot.names == ("config.json", "model.safetensors")
    (repository / "blobs").mkdir()
    (repository / "blobs" / "4d7a.incomplete").write_bytes(b"1")
    (repository / "snapshots" / commit / "model.safetensors").unlink()
    with pytest.raises(VersionRefusedError, match="a file of a download that is not complete"):
        folders.inspect(repository / "snapshots" / commit, ENOUGH)


def test_what_may_not_be_read_is_told_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything: the system's answers are replaced
    monkeypatch.setattr(os, "access", lambda file, _: Path(file).name != "model.safetensors")
    with pytest.raises(VersionRefusedError, match=r"The worker may not read model\.safetensors\. Its operator lets"):
        folders.inspect(root / "good", ENOUGH)

    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(VersionRefusedError, match=r"The worker may not enter that folder\. Its operator lets"):
        folders.below_root("good/inner", root)


def test_a_pipeline_without_its_index_is_no_checkpoint(root: Path) -> None:
    for part in ("unet", "vae"):
        (root / "pipe" / part).mkdir(parents=True)
        (root / "pipe" / part / "config.json").write_text("{}")
        (root / "pipe" / part / "model.safetensors").write_bytes(weights())
    with pytest.raises(VersionRefusedError, match=r"no model_index\.json, which says how its parts \(unet, vae\)"):
        folders.inspect(root / "pipe", ENOUGH, choice=Choice(takes_checkpoint=True))


def test_the_digest_follows_names_and_contents(root: Path) -> None:
    first = folders.inspect(root / "good", ENOUGH)
    assert first == folders.inspect(root.parent / "outside", ENOUGH)
    assert first.digest.startswith("sha256:")
    (root / "good" / "model.safetensors").write_bytes(weights(b"\1" * 8))
    second = folders.inspect(root / "good", ENOUGH)
    assert second.digest != first.digest
    assert second.size_bytes == first.size_bytes
    (root / "good" / "tokenizer.json").write_text("{}")
    third = folders.inspect(root / "good", ENOUGH)
    (root / "good" / "tokenizer.json").rename(root / "good" / "vocab.json")
    assert folders.inspect(root / "good", ENOUGH).digest not in {second.digest, third.digest}


def test_copies_are_no_part_of_a_model(root: Path) -> None:
    before = folders.inspect(root / "good", ENOUGH)
    for name in ("consolidated.safetensors", "original/model.safetensors", "onnx/model.safetensors", "x.gguf", "a.py"):
        (root / "good" / name).parent.mkdir(exist_ok=True)
        (root / "good" / name).write_bytes(weights())
    assert folders.inspect(root / "good", ENOUGH) == before
    assert before.names == ("config.json", "model.safetensors")
    # As versions of older releases are verified
    everything = folders.inspect(root / "good", ENOUGH, folders.list_names(root / "good"))
    assert everything.size_bytes > before.size_bytes


def test_a_digest_is_remembered_until_a_file_is_touched(root: Path, tmp_path: Path) -> None:
    folder, memory = root / "good", tmp_path / "memory"
    first = folders.inspect(folder, ENOUGH, memory=memory)
    (note,) = (memory / digests.FOLDER).iterdir()
    note.write_bytes(note.read_bytes().replace(first.digest.encode(), b"sha256:remembered"))
    assert folders.inspect(folder, ENOUGH, memory=memory).digest == "sha256:remembered"
    assert digests.fingerprint(folder, first.names) == first.mark
    # Of the same size, with its old times
    times = (folder / "model.safetensors").stat()
    (folder / "model.safetensors").write_bytes(weights(b"\1" * 8))
    os.utime(folder / "model.safetensors", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert digests.fingerprint(folder, first.names) != first.mark
    assert folders.inspect(folder, ENOUGH, memory=memory).digest not in {"sha256:remembered", first.digest}
    note.write_bytes(b"no JSON")
    assert folders.inspect(folder, ENOUGH, memory=memory) == folders.inspect(folder, ENOUGH)


def test_a_new_file_changes_the_fingerprint(root: Path) -> None:
    mark = folders.inspect(root / "good", ENOUGH).mark
    (root / "good" / "chat_template.jinja").write_text("{{ messages }}")
    assert digests.fingerprint(root / "good", ["config.json", "model.safetensors"]) != mark


LORA = {"base_model.model.q_proj.lora_A.weight": np.zeros((2, 8), np.float32)}


@pytest.fixture
def adapter(root: Path) -> Path:
    """An adapter as peft saves it, beside what its training left."""
    path = root / "adapter"
    (path / "checkpoint-100").mkdir(parents=True)
    config = {"peft_type": "LORA", "base_model_name_or_path": "/home/somebody/secret-model"}
    (path / "adapter_config.json").write_text(json.dumps(config))
    (path / "adapter_model.safetensors").write_bytes(save(LORA))
    for name in ("tokenizer.json", "training_args.bin", "checkpoint-100/adapter_model.safetensors"):
        (path / name).write_bytes(b"{}")
    return path


def test_an_adapter_is_its_two_files(adapter: Path) -> None:
    result = folders.inspect(adapter, ENOUGH, choice=OF_TEXT)
    assert result.names == ("adapter_config.json", "adapter_model.safetensors")
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "adapters": {"one": "/etc"}}))
    with pytest.raises(VersionRefusedError, match="names a path outside of the model: one is '/etc'"):
        folders.inspect(adapter, ENOUGH, choice=OF_TEXT)


def test_loras_of_a_pipeline_are_the_files_beside_each_other(adapter: Path) -> None:
    assert folders.inspect(adapter, ENOUGH, choice=OF_PICTURES).names == ("adapter_model.safetensors",)
    one = folders.inspect(adapter, ENOUGH, choice=OF_PICTURES).digest
    for name in ("other", "._other"):
        (adapter / f"{name}.safetensors").write_bytes(save(LORA))
    several = folders.inspect(adapter, ENOUGH, choice=OF_PICTURES)
    assert several.names == ("adapter_model.safetensors", "other.safetensors")
    assert several.digest != one
    (adapter / "other.safetensors").rename(adapter / "third.safetensors")
    assert folders.inspect(adapter, ENOUGH, choice=OF_PICTURES).digest != several.digest
    (adapter / "pytorch_lora_weights.safetensors").write_bytes(save(LORA))
    assert folders.inspect(adapter, ENOUGH, choice=OF_PICTURES).names == ("pytorch_lora_weights.safetensors",)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["Ink", "ink"], r"Ink\.safetensors and ink\.safetensors give two LoRAs one name"),
        (["\u00c9tude", "E\u0301tude"], "give two LoRAs one name"),
        (["ink", "a\nb"], r"would call a LoRA 'a\\nb', after its file: call the file by 100 characters at most"),
        (["ink", "pix\u202eel"], r"would call a LoRA 'pix\\u202eel'"),
        (["ink", " pixel"], "no spaces at the ends"),
        (["ink", "p" * 101], "100 characters at most"),
        ([f"lora-{number:06}" for number in range(17)], "It holds 17 safetensors files, .* at most 16 LoRAs"),
        ([], "A LoRA is a safetensors file; there is none beside the folders"),
    ],
)
def test_loras_that_cannot_be_called_by_their_names_are_refused(tmp_path: Path, names: list[str], reason: str) -> None:
    for name in names:
        (tmp_path / f"{name}.safetensors").write_bytes(save(LORA))
    with pytest.raises(VersionRefusedError, match=reason):
        folders.inspect(tmp_path, ENOUGH, choice=OF_PICTURES)
    with pytest.raises(VersionRefusedError, match=reason):
        choose([RepoFile(f"{name}.safetensors", 1) for name in names], choice=OF_PICTURES)


def test_an_adapter_without_a_base_is_told_what_to_give(adapter: Path, root: Path) -> None:
    advice = "publish the adapter with that version as `base`"
    with pytest.raises(VersionRefusedError, match=rf"It is an adapter \(adapter_config.json\)\. .*{advice}"):
        folders.inspect(adapter, ENOUGH)
    (adapter / "adapter_config.json").unlink()
    with pytest.raises(VersionRefusedError, match=rf"It is a LoRA \(adapter_model.safetensors\)\. .*{advice}"):
        folders.inspect(adapter, ENOUGH)
    # Libraries would load the base that it names in place of the model beside it
    (root / "good" / "adapter_config.json").write_text("{}")
    with pytest.raises(VersionRefusedError, match="If it is a whole model, remove that file"):
        folders.inspect(root / "good", ENOUGH)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("adapter_config.json", "adapter_config.json is missing"),
        ("adapter_model.safetensors", "adapter_model.safetensors is missing"),
    ],
)
def test_an_adapter_that_is_not_whole(adapter: Path, name: str, reason: str) -> None:
    (adapter / name).unlink()
    with pytest.raises(VersionRefusedError, match=reason):
        folders.inspect(adapter, ENOUGH, choice=OF_TEXT)


def test_of_an_adapters_repository_its_files_alone_are_downloaded() -> None:
    names = [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "tokenizer.json",
        "checkpoint-9/a.safetensors",
    ]
    files = [RepoFile(name, 1) for name in names]
    assert [file.path for file in choose(files, choice=OF_TEXT)] == names[1:3]
    assert [file.path for file in choose(files, choice=OF_PICTURES)] == names[2:3]
    with pytest.raises(VersionRefusedError, match="The repository is an adapter"):
        choose(files)
    with pytest.raises(VersionRefusedError, match=r"convert adapter_model\.bin to it"):
        choose([RepoFile("adapter_config.json", 1), RepoFile("adapter_model.bin", 1)], choice=OF_TEXT)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acme/llama", "It was made for acme/llama. An adapter runs"),
        ("/home/ada/models/llama/", "It was made for llama. An adapter runs"),
        ("../../etc/passwd", "It was made for passwd. An adapter runs"),
        ("a sentence of <b>nobody</b>", "An adapter runs"),
        (7, "An adapter runs"),
    ],
)
def test_an_adapter_alone_is_told_what_it_was_made_for(tmp_path: Path, name: object, words: str) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": name}))
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(VersionRefusedError) as refusal:
        folders.inspect(tmp_path, 10**6)
    assert str(refusal.value).startswith(f"It is an adapter (adapter_config.json). {words}")


def test_a_checkpoint_is_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one.safetensors", "two.safetensors"):
        (folder / name).write_bytes(weights())
    for name in ("old.ckpt", "notes.txt"):
        (folder / name).write_bytes(b"x")
    path = folders.below_root("models/one.safetensors", tmp_path, may_be_file=True)
    assert path == (folder / "one.safetensors").resolve()
    result = folders.inspect(folder, ENOUGH, choice=Choice(takes_checkpoint=True, file="one.safetensors"))
    assert (result.names, result.is_checkpoint) == (("one.safetensors",), True)
    for name, reason in (
        ("one.safetensors", "It is a file. A model is the folder that its files lie in"),
        ("old.ckpt", "It is a pickle, which can run code and is not loaded: convert it to safetensors"),
    ):
        with pytest.raises(VersionRefusedError, match=reason):
            folders.below_root(f"models/{name}", tmp_path)
    with pytest.raises(VersionRefusedError, match="no safetensors file"):
        folders.below_root("models/notes.txt", tmp_path, may_be_file=True)
    with pytest.raises(VersionRefusedError, match=r"several safetensors files \(one.safetensors, two.safetensors\)"):
        folders.inspect(folder, ENOUGH, choice=Choice(takes_checkpoint=True))
    (folder / "two.safetensors").unlink()
    assert folders.inspect(folder, ENOUGH, choice=Choice(takes_checkpoint=True)) == result
    with pytest.raises(VersionRefusedError, match=r"neither config\.json nor model_index\.json"):
        folders.inspect(folder, ENOUGH)
    (folder / "one.safetensors").write_bytes(save(LORA))
    with pytest.raises(VersionRefusedError, match="It is a LoRA"):
        folders.inspect(folder, ENOUGH, choice=Choice(takes_checkpoint=True))


def test_of_a_repository_a_checkpoint_is_fetched_alone() -> None:
    files = [RepoFile(name, 1) for name in ("README.md", "dream.ckpt", "dream.safetensors", "preview.png")]
    checkpoint = Choice(takes_checkpoint=True)
    assert [file.path for file in choose(files, choice=checkpoint)] == ["dream.safetensors"]
    with pytest.raises(VersionRefusedError, match="several safetensors files"):
        choose([*files, RepoFile("other.safetensors", 1)], choice=checkpoint)
    with pytest.raises(VersionRefusedError, match="only pickle weights; convert them to safetensors"):
        choose(files[:2], choice=checkpoint)
