"""What single files say of configuration: the facts that the graph joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.facts import (
        Autoscaler,
        BufferedStart,
        ComposeFile,
        ComposeService,
        ConfigObject,
        ContainerDefined,
        CopyInstruction,
        Count,
        DotenvLoaded,
        EnvFrom,
        IgnoreRules,
        ImageBuild,
        ImageCommand,
        ImageStage,
        KeyFile,
        ModuleImport,
        RouteHandler,
        ShellScript,
        StateAccess,
        VariableMentioned,
        VariableProvided,
        VariableRead,
    )
else:
    __getattr__ = attributes(__name__)
