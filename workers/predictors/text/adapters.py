"""Adapters of one base: loaded beside each other into its modules, one of them at work at any time.

Those of another kind, and those that peft does not load beside others, are loaded anew when it is their turn. Most of
peft's modules serve one adapter in a forward pass, so predictions of one adapter share passes, and those of another
wait until these are done. Who waits keeps others from joining, so that nobody waits for ever.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peft import PeftConfig, PeftModel
from peft.mapping import PEFT_TYPE_TO_TUNER_MAPPING
from peft.tuners.tuners_utils import BaseTuner
from safetensors import safe_open

from workers.contract.predictor import SWITCH_SECONDS, PredictionContext, VersionRefusedError
from workers.contract.weights import safetensors_header
from workers.predictors.library_errors import reason_of, refuse_errors

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
# Of which each names adapters of other folders
_FOREIGN_TYPES = {"XLORA"}
# How new matrices are filled, without a look at the base's own
_PLAIN_STARTS = {"gaussian", "orthogonal"}
# AdaLoRA's defaults, which a LoRA's configuration may hold too
_FREE_RANK = 16


def check_adapter(folder: Path) -> dict[str, Any]:
    """What is known of an adapter for a text model from its folder.

    Raises:
        VersionRefusedError: it cannot be put on a model.
    """
    try:
        config = json.loads((folder / CONFIG).read_text())
    except (OSError, ValueError) as error:
        raise VersionRefusedError(f"The adapter's {CONFIG} cannot be read: {reason_of(error, folder)}") from error
    kind = config.get("peft_type") if isinstance(config, dict) else None
    if kind not in {name.value for name, tuner in PEFT_TYPE_TO_TUNER_MAPPING.items() if issubclass(tuner, BaseTuner)}:
        raise VersionRefusedError(f"Adapters of type {str(kind)[:50]!r} change no modules and are not run.")
    if not (folder / WEIGHTS).is_file():
        raise VersionRefusedError(f"The adapter has no {WEIGHTS}; pickled weights can run code and are not loaded.")
    _check_base_stays(config)
    _check_rank(config, folder / WEIGHTS)
    return {"adapter_type": kind, "adapter_bytes": (folder / WEIGHTS).stat().st_size}


def _check_base_stays(config: dict[str, Any]) -> None:
    """Refuse an adapter that would change the weights or layers of its base, which others run on, or read others."""
    if config.get("peft_type") in _FOREIGN_TYPES:
        raise VersionRefusedError(f"Adapters of type {config['peft_type']!r} load other adapters and are not run.")
    for name in ("init_lora_weights", "init_weights"):
        value = config.get(name)
        if isinstance(value, str) and value not in _PLAIN_STARTS:
            raise VersionRefusedError(
                f"Its {CONFIG} has {name} = {value[:30]!r}, which changes the weights of the base. Save it as a "
                "plain LoRA: peft's save_pretrained does with path_initial_model_for_weight_conversion."
            )
    if config.get("bias") not in (None, False, "none"):
        raise VersionRefusedError(
            f"Its {CONFIG} has bias = {str(config['bias'])[:30]!r}: it brings other biases for the base. Train it "
            "with bias = 'none'."
        )
    if config.get("layer_replication"):
        raise VersionRefusedError(f"Its {CONFIG} has layer_replication, which changes the layers of the base.")


def _check_rank(config: dict[str, Any], weights: Path) -> None:
    """Refuse ranks that its weights cannot bear out: peft makes matrices of them before it reads the weights."""
    pattern = config.get("rank_pattern")
    ranks = [config.get(name) for name in ("r", "init_r", "target_r")]
    ranks += list(pattern.values()) if isinstance(pattern, dict) else []
    largest = max((side for tensor in safetensors_header(weights).values() for side in tensor["shape"]), default=0)
    for rank in ranks:
        if rank is not None and not (isinstance(rank, int) and rank <= max(largest, _FREE_RANK)):
            raise VersionRefusedError(f"Its {CONFIG} has a rank of {str(rank)[:30]}, more than its weights have.")


class _Ticket:
    """One prediction that waits for its adapter."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.admitted = False


class Adapters:
    """The adapters on one model, and whose turn it is."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._plain = [(module, dict(module._modules)) for module in model.modules()]
        self._peft: Any = None
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._inside = 0
        self._current: str | None = None
        self._loaded: set[str] = set()
        self._dropped: set[str] = set()

    @contextmanager
    def use(self, context: PredictionContext) -> Iterator[None]:
        """Have the model work with the prediction's adapter, or with none, for the time of the block.

        Raises:
            CancelSignal: asked to stop while waiting.
            VersionRefusedError: the adapter does not fit the model.
        """
        adapter = context.adapter
        ticket = _Ticket(None if adapter is None else _name(adapter.version))
        switch_seconds: float | None = None

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        with self._changed, context.when_cancelled(wake):
            self._waiting.append(ticket)
            try:
                while not self._may_enter(ticket):
                    context.check()
                    self._changed.wait()
                if self._inside == 0:
                    is_other, began = ticket.name != self._current, time.monotonic()
                    # it is as it was if this fails
                    self._switch(ticket.name, None if adapter is None else adapter.path)
                    switch_seconds = time.monotonic() - began if is_other else None
                    for other in self._waiting:
                        other.admitted = other.name == ticket.name
                self._inside += 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        try:
            if switch_seconds is not None:
                context.metric(SWITCH_SECONDS, switch_seconds)
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def drop(self, version: str) -> None:
        """Free an adapter as soon as nobody uses it."""
        with self._changed:
            self._dropped.add(_name(version))
            if self._inside == 0:
                self._free()

    def _may_enter(self, ticket: _Ticket) -> bool:
        if self._inside == 0:
            return ticket is self._waiting[0] or ticket.admitted
        others = any(other.name != ticket.name for other in self._waiting)
        return ticket.name == self._current and (ticket.admitted or not others)

    def _switch(self, name: str | None, path: Path | None) -> None:
        """Put an adapter to work, loading it where it is not here yet; for one thread, while nobody is inside."""
        self._free()
        if name is not None and name not in self._loaded:
            self._load(name, Path(str(path)))
        if name is None and self._peft is not None:
            self._peft.base_model.disable_adapter_layers()
        elif name is not None:
            self._peft.base_model.enable_adapter_layers()
            self._peft.set_adapter(name, inference_mode=True)
        self._current = name

    def _load(self, name: str, path: Path) -> None:
        with refuse_errors("The adapter does not fit its base, says", path, library="peft"):
            self._put_on(name, str(path))

    def _put_on(self, name: str, path: str) -> None:
        config = PeftConfig.from_pretrained(path)
        config.inference_mode = True
        if self._peft is not None and self._peft.peft_type != config.peft_type:
            self._unload()
        has_company = self._peft is not None
        try:
            self._add(name, path, config)
        except BaseException as error:
            # whatever it was, it may have put some of its modules in; peft gives no way back
            self._unload()
            if not has_company or not isinstance(error, Exception):
                raise
            # some are refused beside others alone
            try:
                self._add(name, path, config)
            except BaseException:
                self._unload()
                raise

    def _add(self, name: str, path: str, config: PeftConfig) -> None:
        if self._peft is None:
            self._peft = PeftModel(self._model, config, adapter_name=name)
        loaded = self._peft.load_adapter(
            path, adapter_name=name, is_trainable=False, torch_device=str(self._model.device)
        )
        missing = [key for key in loaded.missing_keys if name in key.split(".")]
        if missing := self._fill_by_own_names(name, missing, Path(path) / WEIGHTS):
            raise VersionRefusedError(
                f"The adapter has no weights for {_own_name(missing[0], name)} and {len(missing) - 1} others."
            )
        self._model.eval()
        # what was begun is at work otherwise
        self._peft.base_model.disable_adapter_layers()
        self._current = None
        self._loaded.add(name)

    def _fill_by_own_names(self, name: str, keys: list[str], weights: Path) -> list[str]:
        """Read what the file has by the very names of the model's modules; what it has not.

        peft renames an adapter's tensors as those of an older checkpoint of its base are renamed, and for some
        architectures those also whose names need no other.
        """
        if not keys:
            return []
        with safe_open(weights, framework="pt") as file:
            names = {key: _own_name(key, name) for key in keys}
            tensors = {key: file.get_tensor(own) for key, own in names.items() if own in file.keys()}  # noqa: SIM118
        self._peft.load_state_dict(tensors, strict=False)
        return [key for key in keys if key not in tensors]

    def _unload(self) -> None:
        """Give the model the modules that it had."""
        for module, children in self._plain:
            module._modules.clear()
            module._modules.update(children)
        self._model.__dict__.pop("peft_config", None)
        self._peft = self._current = None
        self._loaded.clear()

    def _free(self) -> None:
        names = {ticket.name for ticket in self._waiting}
        for name in [name for name in self._dropped if name not in names]:
            self._dropped.discard(name)
            # the last one stays with its model: peft has no model without an adapter
            if self._peft is not None and name in self._peft.peft_config and len(self._peft.peft_config) > 1:
                self._peft.delete_adapter(name)
                self._loaded.discard(name)
                if name == self._current:
                    self._current = None
                    self._peft.base_model.disable_adapter_layers()


def _own_name(key: str, name: str) -> str:
    """What a tensor of the adapter `name` is called in the adapter's own file."""
    return ".".join(part for part in key.split(".") if part != name)


def _name(version: str) -> str:
    """A version's id as the name of a module."""
    return "v" + re.sub(r"\W", "_", version)
