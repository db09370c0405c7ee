"""The named selectors of Dockerfiles, and their data with variables replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.formats.dockerfile import build_steps, final_stage, stage_chain, stage_instructions
from lintkit.formats.plain import list_at
from lintkit.kinds.docker.package_managers import action, packages, subject
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Route


def each_env_var(document: Document) -> Iterator[Selected]:
    """Every variable of an `ENV`."""
    for index, instruction in enumerate(list_at(document.data, "instructions")):
        if isinstance(instruction, dict) and instruction.get("keyword") == "ENV":
            for place, pair in enumerate(list_at(instruction, "pairs")):
                route: Route = ("instructions", index, "pairs", place)
                extra = {"stage": instruction.get("stage"), "name": pair[0]}
                yield Selected(route, {"name": pair[0], "value": pair[1]}, extra)


def each_stage(document: Document) -> Iterator[Selected]:
    """Every stage."""
    for index, stage in enumerate(list_at(document.data, "stages")):
        yield Selected(("stages", index), stage, {"name": stage.get("name")})


def each_command(document: Document) -> Iterator[Selected]:
    """Every command of a `RUN`, also of one that an `ONBUILD` holds.

    `{"name", "arguments", "action", "packages", "piped", "shipped"}`: action and packages as package managers take
    them, piped: it is fed by the command before it, shipped: its step shapes the image of the last stage.
    """
    for step, item in build_steps(document) if list_at(document.data, "instructions") else ():
        if item["keyword"] != "RUN":
            continue
        fed = False
        for number, command in enumerate(item["commands"]):
            value = {
                "name": command["name"],
                "arguments": command["arguments"],
                "action": action(command),
                "packages": packages(command["arguments"]),
                "piped": fed,
                "shipped": item["shipped"],
            }
            extra = {"name": command["name"], "command": subject(command)}
            yield Selected((*step, "commands", number, "text"), value, extra)
            fed = command["piped"]


def each_image(document: Document) -> Iterator[Selected]:
    """The image that is shipped: the final stage, with what it takes over from the stages that it builds on."""
    final = final_stage(document) if list_at(document.data, "stages") else None
    if final is None:
        return
    instructions = document.data["instructions"]
    chain = stage_chain(document, final)
    own = [index for stage in chain for index in document.data["stages"][stage]["instructions"]]
    value: dict[str, Any] = {"keywords": sorted({instructions[index]["keyword"] for index in own})}
    places: dict[str, tuple[Route, bool]] = {}
    users = next(filter(None, (stage_instructions(document, stage, "USER") for stage in chain)), ())
    if users:
        value["user"] = instructions[users[-1]]["resolved"].strip().strip("\"'")
        places["user"] = (("instructions", users[-1]), False)
    name = document.data["stages"][final]["name"] or "final stage"
    # What the compose service gives that holds this Dockerfile, which is not for another to run.
    value["given"] = list(document.data.get("service", ()))
    yield Selected(("stages", final), value, {"name": name}, places)


def resolved(data: dict[str, Any]) -> dict[str, Any]:
    """The instructions and stages with `ARG` and `ENV` replaced, as far as the file itself says."""
    instructions = []
    for item in data["instructions"]:
        copy = {**item, "value": item.get("resolved", item["value"])}
        if item.get("resolved_flags"):
            copy["flag_list"] = item["resolved_flags"]
            copy["flags"] = dict(item["resolved_flags"])
        if "resolved_pairs" in item:
            copy["pairs"] = item["resolved_pairs"]
        if copy["value"] != item["value"] and item.get("form") != "exec":
            copy["arguments"] = copy["value"].split()
        instructions.append(copy)
    stages = [{**stage, "base": stage["resolved_base"]} for stage in data["stages"]]
    return {**data, "instructions": instructions, "stages": stages}
