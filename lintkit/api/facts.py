"""What single files say of configuration: the facts that the graph joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.facts import Autoscaler as Autoscaler
    from lintkit.facts import BufferedStart as BufferedStart
    from lintkit.facts import ComposeFile as ComposeFile
    from lintkit.facts import ComposeService as ComposeService
    from lintkit.facts import ConfigObject as ConfigObject
    from lintkit.facts import ContainerDefined as ContainerDefined
    from lintkit.facts import CopyInstruction as CopyInstruction
    from lintkit.facts import Count as Count
    from lintkit.facts import DotenvLoaded as DotenvLoaded
    from lintkit.facts import EnvFrom as EnvFrom
    from lintkit.facts import IgnoreRules as IgnoreRules
    from lintkit.facts import ImageBuild as ImageBuild
    from lintkit.facts import ImageCommand as ImageCommand
    from lintkit.facts import ImageStage as ImageStage
    from lintkit.facts import KeyFile as KeyFile
    from lintkit.facts import ModuleImport as ModuleImport
    from lintkit.facts import RouteHandler as RouteHandler
    from lintkit.facts import ShellScript as ShellScript
    from lintkit.facts import StateAccess as StateAccess
    from lintkit.facts import VariableMentioned as VariableMentioned
    from lintkit.facts import VariableProvided as VariableProvided
    from lintkit.facts import VariableRead as VariableRead

PLACES = {
    "lintkit.facts": (
        "Autoscaler",
        "BufferedStart",
        "ComposeFile",
        "ComposeService",
        "ConfigObject",
        "ContainerDefined",
        "CopyInstruction",
        "Count",
        "DotenvLoaded",
        "EnvFrom",
        "IgnoreRules",
        "ImageBuild",
        "ImageCommand",
        "ImageStage",
        "KeyFile",
        "ModuleImport",
        "RouteHandler",
        "ShellScript",
        "StateAccess",
        "VariableMentioned",
        "VariableProvided",
        "VariableRead",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
