"""What one model makes of messages: a prompt, and messages of its answers."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.text.chat.calls import CallForm, forms_of
from workers.predictors.text.chat.media import MediaProcessor
from workers.predictors.text.chat.messages import (
    AUDIO,
    IMAGE,
    ROLES,
    TEXT,
    for_template,
    messages_schema,
    tool_choice_schema,
    variables_schema,
)
from workers.predictors.text.chat.replies import number_calls, read_reply
from workers.predictors.text.chat.templates import ChatTemplates, TemplateFailureError
from workers.predictors.text.grammar import allows_formats

_READS = {TEXT: "text", IMAGE: "pictures", AUDIO: "sounds"}
_INPUTS = ("messages", "tools", "tool_choice", "chat_template", "chat_template_kwargs")
_LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def templates_of(tokenizer: Any, media: MediaProcessor | None) -> ChatTemplates:
    """The chat templates of a model: those of its processor, where that has any, else its tokenizer's."""
    own = media is not None and getattr(media.processor, "chat_template", None)
    return ChatTemplates(tokenizer, media.processor.chat_template if media is not None and own else None)


def narrow_conversation(
    schema: dict[str, Any], owner: Any, info: dict[str, Any], media: MediaProcessor | None = None
) -> None:
    """Leave of the inputs for conversations those that a tokenizer's (or processor's) templates can serve.

    `info` is told what they are, or why there are none.
    """
    properties = schema["properties"]
    templates = templates_of(owner, media)
    missing: set[str] = set(_INPUTS)
    try:
        if templates:
            templates.check(parts=media is not None)
            kinds = (TEXT,) if media is None else media.kinds
            if media is not None:
                info["reads"] = [_READS[kind] for kind in kinds]
            order = {name: properties[name]["x-order"] for name in ("prompt", "messages", "tool_choice")}
            roles = (*ROLES, *sorted(templates.roles - set(ROLES)))
            properties["messages"] = messages_schema(properties["prompt"]["maxLength"], kinds, roles)
            if not (allows_formats(owner) and find_form(templates, getattr(owner, "response_template", None))):
                properties["tool_choice"] = {**tool_choice_schema(forced=False), "x-order": order["tool_choice"]}
            properties["messages"]["x-order"], properties["prompt"]["x-order"] = order["prompt"], order["messages"]
            missing = set() if templates.takes_tools else {"tools", "tool_choice"}
            if names := templates.own_variables:
                properties["chat_template_kwargs"] |= variables_schema(names)
            else:
                missing.add("chat_template_kwargs")
            if len(templates.by_name) > 1:
                properties["chat_template"]["enum"] = sorted(templates.by_name)
            else:
                missing.add("chat_template")
            info["chat_templates"] = sorted(templates.by_name)
    except (TemplateFailureError, InputRejectedError) as error:
        missing = set(_INPUTS)
        info["chat_template_problem"] = f"Its chat template cannot be used, so it takes no messages: {error}."
    finally:
        templates.renderer.close()
    for name in missing:
        del properties[name]
        schema["dependentRequired"].pop(name, None)
    if "messages" in missing:
        schema.pop("oneOf", None)
        schema["required"] = ["prompt"]
    if not schema["dependentRequired"]:
        del schema["dependentRequired"]


def read_message(
    templates: ChatTemplates,
    response_template: Any,
    text: str,
    prompt: str,
    tools: list[dict[str, Any]] | None,
    context: PredictionContext | None = None,
) -> tuple[dict[str, Any], bool]:
    """The message of a text, and whether the tokenizer's own response template has read it."""
    if isinstance(response_template, dict):
        try:
            parsed = templates.renderer.ask(
                context, do="parse", text=text, template=response_template, prefix=prompt, tools=tools
            )
            if isinstance(parsed, dict):
                return {"role": "assistant", **deepcopy(parsed)}, True
        except TemplateFailureError as error:
            if context is not None:
                context.log(f"The text could not be parsed by the model's response template: {error}.")
    return read_reply(text, prompt, tools or []), False


def find_form(
    templates: ChatTemplates, response_template: Any, context: PredictionContext | None = None
) -> CallForm | None:
    """The form in which a model writes calls: one that its templates show, and that is read as a call again."""
    arguments = {"a": 1}
    for form in forms_of(templates.by_name.values()):
        text = form.write("look", json.dumps(arguments))
        message, _ = read_message(templates, response_template, text, "", [_LOOK], context)
        calls = [call.get("function") for call in message.get("tool_calls") or ()]
        if calls == [{"name": "look", "arguments": arguments}]:
            return form
    return None


class Conversation:
    """The chat templates of a loaded model; its methods may be called from several threads."""

    def __init__(self, owner: Any, media: MediaProcessor | None = None) -> None:
        self._templates = templates_of(owner, media)
        self._media = media
        self._special = sorted(getattr(owner, "all_special_tokens", ()), key=len, reverse=True)
        self._response_template = getattr(owner, "response_template", None)
        self._form: CallForm | None = None
        if self._templates:
            self._templates.renderer.start()

    def render(self, context: PredictionContext) -> tuple[str, dict[str, Any] | None]:
        """The prompt of `context.input["messages"]`, and what the model is given for it where it reads more than text.

        Raises:
            InputRejectedError: the model has no template, or its template refuses them.
        """
        values = context.input
        if not self._templates:
            raise InputRejectedError("This model has no chat template: give it a prompt instead of messages.")
        messages = for_template(values["messages"], parts=self._media is not None)
        files: dict[str, list[Any]] = {}
        if self._media is not None:
            messages, files = self._media.read(messages, context)
        try:
            prompt = self._templates.render(
                messages,
                tools_of(values),
                values.get("chat_template_kwargs"),
                values.get("chat_template"),
                context,
            )
        except TemplateFailureError as error:
            raise InputRejectedError(f"This model's chat template cannot show these messages: {error}.") from error
        return prompt, None if self._media is None else self._media.encode(prompt, files)

    def reply(self, context: PredictionContext, text: str, prompt: str, key: str) -> dict[str, Any]:
        """The message of a text, special tokens included, behind the prompt that `render` gave.

        By the tokenizer's own response template, where there is one and it fits, else by the known forms; `key` decides
        the ids of calls.
        """
        tools = tools_of(context.input)
        message, is_own = read_message(self._templates, self._response_template, text, prompt, tools, context)
        if not is_own:
            # marks of the model's own language, which were needed to read it
            hidden = self._special if context.input.get("skip_special_tokens", True) else ()
            for name in ("content", "reasoning_content"):
                for mark in hidden if message.get(name) else ():
                    message[name] = message[name].replace(mark, "")
        return number_calls(message, key)

    def call_form(self, context: PredictionContext) -> CallForm:
        """The form in which the model writes calls.

        Raises:
            InputRejectedError: it is none that is known here.
        """
        if self._form is None:
            self._form = find_form(self._templates, self._response_template, context)
        if self._form is None:
            raise InputRejectedError(
                "This model's chat template shows no form of calls that is known here (as Hermes and Qwen, Llama 3 or "
                "Mistral write them), so it cannot be made to call a tool: give auto or none as tool_choice."
            )
        return self._form

    def close(self) -> None:
        """End what runs its templates."""
        self._templates.renderer.close()


def tools_of(values: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The tools that the model is shown."""
    return None if values.get("tool_choice") == "none" else values.get("tools") or None
