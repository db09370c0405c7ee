"""What a kustomization makes of the objects it names: patches, images, replicas, namespace and labels.

Objects keep the file and the place in it that they come from, so that what is said of a base can be asked again of what
each overlay makes of it. Generators, Helm charts and remote bases are left out; names keep their form.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.formats.numbers import whole_number
from lintkit.formats.origins import Nodes, Origins
from lintkit.formats.plain import at, list_at, mapping_at
from lintkit.kinds.kubernetes.inline_patches import inline_patches
from lintkit.kinds.kubernetes.kind import KUSTOMIZATION_FILES
from lintkit.kinds.kubernetes.objects import pod_spec_route
from lintkit.model import Document, NodeSpans, Route

_MOST_OBJECTS = 2_000
_MOST_VISITS = 2_000
_DEEPEST = 20
MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "webhooks": ("name",),
    "ports": ("containerPort", "port"),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
}

MOST_STEPS = 1_000
"""Of how many changes of one kustomization it is kept what they made of an object."""

_SCALED = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")

Read = Callable[[str], tuple[Document, ...]]
"""The documents of a file of the repository; none for one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Change:
    """A patch, an image or a number of replicas, as a kustomization says it.

    path   the kustomization
    route  where it stands in it
    patch  the patch itself; None for what is none
    """

    path: str
    route: Route
    patch: Document | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a change made of one object."""

    change: Change
    before: Any
    after: Any


@dataclass(slots=True)
class Run:
    """One build, and how many more steps it may keep, each of which takes two copies of an object.

    changes  patches, images, replicas and replacements are applied
    visits   how many more times it may go into a kustomization, which one that is named twice doubles at each level
    origins  where the parts of the objects come from
    """

    changes: bool = True
    left: int = MOST_STEPS
    visits: int = _MOST_VISITS
    origins: Origins = field(default_factory=Origins)


@dataclass(slots=True)
class BuiltObject:
    """An object as a kustomization deploys it, and the document that it comes from; no data where it is deleted.

    former_name  what it was called before a patch named it anew; targets select it by this one too (kustomize,
                 api/resmap/reswrangler.go, Select)
    """

    base: Document
    data: Any
    run: Run
    steps: list[Step]
    former_name: Any = None

    @property
    def path(self) -> str:
        """The file that it comes from."""
        return self.base.path

    @property
    def index(self) -> int:
        """Which document of that file it comes from."""
        return self.base.index

    @property
    def document(self) -> Document:
        """The object as a document, whose nodes stand where each part of it is said."""
        return self.state(self.data)

    def state(self, data: Any) -> Document:
        """The object as it was before or after one of its steps."""
        return self.run.origins.document(data, self.base)


@dataclass(frozen=True, slots=True)
class Kustomizations:
    """All kustomizations of a repository: folder -> its file."""

    files: Mapping[str, str]
    read: Read

    def roots(self) -> list[str]:
        """The folders of kustomizations that no other one builds on."""
        used: set[str] = set()
        for folder in self.files:
            for entry in self._entries(self._data(folder)):
                used.add(posixpath.normpath(posixpath.join(folder, entry)))
        return [
            folder
            for folder in sorted(self.files)
            if folder not in used and self._data(folder).get("kind") != "Component"
        ]

    def tree(self, root: str) -> frozenset[str]:
        """The folders of a kustomization and of all that it builds on."""
        pending, seen = [root], {root}
        while pending:
            folder = pending.pop()
            for entry in self._entries(self._data(folder)):
                path = posixpath.normpath(posixpath.join(folder, entry))
                if path in self.files and path not in seen:
                    seen.add(path)
                    pending.append(path)
        return frozenset(seen)

    def reached(self, root: str) -> frozenset[str]:
        """The files of all objects that a kustomization deploys."""
        found = (
            posixpath.normpath(posixpath.join(folder, entry))
            for folder in self.tree(root)
            for entry in self._entries(self._data(folder))
        )
        return frozenset(path for path in found if path not in self.files)

    def named(self) -> frozenset[str]:
        """The kustomizations, and every file that one of them names as a resource, a patch or a replacement."""
        found = set(self.files.values())
        for folder in self.files:
            data = self._data(folder)
            paths = (at(each, "path") for each in list_at(data, "replacements"))
            for entry in (*self._entries(data), *_patch_files(data), *paths):
                if isinstance(entry, str):
                    found.add(posixpath.normpath(posixpath.join(folder, entry)))
        return frozenset(found)

    def changes(self, root: str) -> bool:
        """Whether a kustomization, or one that it builds on, has patches, images, replicas or replacements."""
        keys = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "replicas", "replacements")
        return any(list_at(self._data(folder), key) for folder in self.tree(root) for key in keys)

    def patch_files(self, root: str) -> frozenset[str]:
        """The files whose patches a kustomization applies, those of what it builds on included."""
        return frozenset(
            posixpath.normpath(posixpath.join(folder, entry))
            for folder in self.tree(root)
            for entry in _patch_files(self._data(folder))
        )

    def patches_alone(self) -> dict[str, str]:
        """The files that kustomizations name as patches, and none as a resource, with the folder of one that does."""
        patches: dict[str, str] = {}
        resources: set[str] = set()
        for folder in sorted(self.files):
            data = self._data(folder)
            for entry in _patch_files(data):
                patches.setdefault(posixpath.normpath(posixpath.join(folder, entry)), folder)
            resources.update(
                posixpath.normpath(posixpath.join(folder, entry)) for entry in self._entries(data)
            )
        return {path: folder for path, folder in patches.items() if path not in resources}

    def build(self, root: str, *, changes: bool = True) -> list[BuiltObject]:
        """The objects that a kustomization deploys or deletes, with what each of its changes made of them.

        Raises LeftOutError where that is too much to follow.
        """
        objects: list[BuiltObject] = []
        run = Run(changes)
        self._into(root, objects, 0, run)
        if len(objects) >= _MOST_OBJECTS or run.visits < 0:
            raise LeftOutError(
                f"what this kustomization deploys was not followed: it has more than {_MOST_OBJECTS:,} objects "
                f"or {_MOST_VISITS:,} kustomizations that it builds on"
            )
        return objects

    def misses_some(self, folder: str) -> bool:
        """Whether a kustomization builds on what is elsewhere, or on files that cannot be read."""
        return any(not self.read(path) for path in self.reached(folder))

    def with_images(self, folder: str, data: dict[Any, Any]) -> dict[Any, Any]:
        """The data of an object with the images that the kustomization of `folder` names anew, and no other change."""
        named = deepcopy(data)
        for image in list_at(self._data(folder), "images"):
            for container, head, tag, digest in _with_image(named, image):
                container["image"] = _new_image(image, head, tag, digest)
        return named

    def _data(self, folder: str) -> Mapping[Any, Any]:
        documents = self.read(self.files[folder])
        return mapping_at(documents[0].data if documents else None)

    def _nodes(self, folder: str) -> Nodes:
        documents = self.read(self.files[folder])
        return documents[0].nodes if documents else {}

    @staticmethod
    def _entries(data: Mapping[Any, Any]) -> list[str]:
        return [
            each
            for key in ("resources", "bases", "components")
            for each in list_at(data, key)
            if isinstance(each, str)
        ]

    def _into(self, folder: str, objects: list[BuiltObject], depth: int, run: Run) -> None:
        run.visits -= 1
        if depth > _DEEPEST or len(objects) >= _MOST_OBJECTS or run.visits < 0:
            return
        data = self._data(folder)
        own: list[BuiltObject] = []
        for key in ("resources", "bases"):
            for entry in list_at(data, key):
                if not isinstance(entry, str):
                    continue
                path = posixpath.normpath(posixpath.join(folder, entry))
                if path in self.files:
                    self._into(path, own, depth + 1, run)
                else:
                    own.extend(
                        BuiltObject(each, run.origins.copied(each.data, each.nodes), run, [])
                        for each in self.read(path)
                        if isinstance(each.data, dict)
                    )
        # A component works on everything that stands before it, and so does this file if it is one.
        everything = [*objects, *own] if data.get("kind") == "Component" else own
        for entry in list_at(data, "components"):
            path = posixpath.normpath(posixpath.join(folder, entry)) if isinstance(entry, str) else ""
            if path in self.files:
                self._into(path, everything, depth + 1, run)
        known = set(map(id, objects))
        added = [each for each in everything if id(each) not in known]
        self._transform(folder, data, everything, run)
        objects.extend(added)

    def _transform(self, folder: str, data: Mapping[Any, Any], objects: list[BuiltObject], run: Run) -> None:
        here, nodes = self.files[folder], self._nodes(folder)
        for change, patch, target, renames in self._patches(folder, data):
            for each in objects:
                if change.patch is not None and _concerns(patch, target, each):
                    name = at(each.data, "metadata", "name")
                    _step(each, change, partial(_patched, patch, change.patch.nodes, target, renames=renames))
                    if at(each.data, "metadata", "name") != name and each.former_name is None:
                        each.former_name = name
        namespace = data.get("namespace")
        labels, template_labels, selector_labels = _labels(data)
        put = _Putting(run.origins, nodes)
        for each in objects:
            if isinstance(namespace, str) and namespace:
                put.all(put.mapping(each.data, "metadata"), {"namespace": (namespace, ("namespace",))})
                for reference in _without_namespace(each.data):
                    put.all(reference, {"namespace": (namespace, ("namespace",))})
            if labels:
                put.all(put.mapping(put.mapping(each.data, "metadata"), "labels"), labels)
            template = at(each.data, "spec", "template")
            if template_labels and isinstance(template, dict):
                put.all(put.mapping(put.mapping(template, "metadata"), "labels"), template_labels)
            if selector_labels:
                _label_selector(each.data, selector_labels, put)
            for index, image in enumerate(list_at(data, "images")):
                if any(_with_image(each.data, image)):
                    change = Change(here, ("images", index))
                    _step(each, change, partial(_with_new_image, image, _at_image(nodes, image, index)))
            for index, replicas in enumerate(list_at(data, "replicas")):
                name = at(replicas, "name")
                if name is not None and name == at(each.data, "metadata", "name") and _is_scaled(each.data):
                    route: Route = ("replicas", index, "count")
                    count = at(replicas, "count")
                    _step(each, Change(here, route), partial(_scaled, count, _at(nodes, route)))
        for change, replacement in self._replacements(folder, data):
            place = _at(nodes, change.route)
            value, spans = _source_of(replacement, objects, run.origins, place)
            for target in list_at(replacement, "targets"):
                for each in objects:
                    if _is_selected(target, each.data):
                        _step(each, change, partial(_replaced, target, value, spans))

    def _replacements(self, folder: str, data: Mapping[Any, Any]) -> Iterator[tuple[Change, dict[Any, Any]]]:
        """The `replacements`, which run after all else; a file of them holds one, or a list."""
        for index, entry in enumerate(list_at(data, "replacements")):
            change = Change(self.files[folder], ("replacements", index))
            path = at(entry, "path")
            documents = self._file(folder, path) if isinstance(path, str) else ()
            for read in (entry, *(each.data for each in documents)):
                for each in read if isinstance(read, list) else [read]:
                    if isinstance(each, dict):
                        yield change, each

    def _patches(self, folder: str, data: Mapping[Any, Any]) -> Iterator[tuple[Change, Any, Any, bool]]:
        """Each patch with where it is said, its target, and whether it may change names (`allowNameChange`)."""
        here = self.files[folder]
        for index, entry in enumerate(list_at(data, "patchesStrategicMerge")):
            if isinstance(entry, str):
                place: Route = ("patchesStrategicMerge", index)
                inline = "\n" in entry or ":" in entry
                documents = self._inline(folder, place) if inline else self._file(folder, entry)
                yield from ((Change(here, place, each), each.data, None, False) for each in documents)
        for key in ("patches", "patchesJson6902"):
            for index, entry in enumerate(list_at(data, key)):
                if isinstance(entry, str):
                    first = (
                        (Change(here, (key, index), each), each.data) for each in self._file(folder, entry)
                    )
                    yield from ((change, patch, None, False) for change, patch in first)
                if not isinstance(entry, dict):
                    continue
                inline, path = isinstance(entry.get("patch"), str), entry.get("path")
                # Operations are a list in one document; the rest are objects, one a document.
                place = (key, index, "patch" if inline else "path")
                if inline:
                    documents = self._inline(folder, place)
                else:
                    documents = self._file(folder, path) if isinstance(path, str) else ()
                target, renames = entry.get("target"), at(entry, "options", "allowNameChange") is True
                yield from ((Change(here, place, each), each.data, target, renames) for each in documents)

    def _inline(self, folder: str, route: Route) -> tuple[Document, ...]:
        return inline_patches(self.read(self.files[folder])[0], route)

    def _file(self, folder: str, entry: str) -> tuple[Document, ...]:
        return self.read(posixpath.normpath(posixpath.join(folder, entry)))


def is_kustomization(document: Document) -> bool:
    """Whether a document is a kustomization or a component, which need say neither version nor kind by their names."""
    version = at(document.data, "apiVersion")
    if isinstance(version, str):
        return version.startswith("kustomize.config.k8s.io/")
    return isinstance(document.data, dict) and posixpath.basename(document.path) in KUSTOMIZATION_FILES


def _without_namespace(data: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
    """What refers to a Service or a ServiceAccount without a namespace, which the name references of kustomize add."""
    for webhook in list_at(data, "webhooks"):
        service = at(webhook, "clientConfig", "service")
        if isinstance(service, dict) and service.get("namespace") is None:
            yield service
    for subject in list_at(data, "subjects"):
        if at(subject, "kind") == "ServiceAccount" and subject.get("namespace") is None:
            yield subject


def _patch_files(data: Mapping[Any, Any]) -> Iterator[str]:
    for entry in list_at(data, "patchesStrategicMerge"):
        if isinstance(entry, str) and "\n" not in entry and ":" not in entry:
            yield entry
    for key in ("patches", "patchesJson6902"):
        for entry in list_at(data, key):
            path = entry if isinstance(entry, str) else at(entry, "path")  # as the first releases had it
            if isinstance(path, str):
                yield path


Labels = dict[Any, tuple[Any, Route]]
"""What is put under each key, and where the kustomization says it."""


@dataclass(frozen=True, slots=True)
class _Putting:
    """Puts what a kustomization says into objects, with its origins."""

    origins: Origins
    nodes: Nodes

    def mapping(self, data: Any, key: str) -> dict[Any, Any]:
        """The mapping at a key of an object, which is made where there is none."""
        return self.origins.made(data, key, _at(self.nodes, ())) if isinstance(data, dict) else {}

    def all(self, mapping: dict[Any, Any], values: Labels) -> None:
        """Set keys of a mapping."""
        for key, (value, route) in values.items():
            fresh = self.origins.copied(value, self.nodes, route)
            self.origins.put(mapping, key, fresh, _at(self.nodes, route))


def _at(nodes: Nodes, route: Route) -> NodeSpans:
    """Where a route, or the nearest thing above it, stands."""
    while (found := nodes.get(route)) is None:
        route = route[:-1]
    return found


def _labels(data: Mapping[Any, Any]) -> tuple[Labels, Labels, Labels]:
    """The labels that a kustomization gives to objects, to the pods of their templates, and to their selectors."""
    labels = _said(data.get("commonLabels"), ("commonLabels",))
    of_templates, of_selectors = dict(labels), dict(labels)
    for index, entry in enumerate(list_at(data, "labels")):
        pairs = _said(at(entry, "pairs"), ("labels", index, "pairs"))
        if pairs:
            labels.update(pairs)
            if entry.get("includeSelectors") or entry.get("includeTemplates"):
                of_templates.update(pairs)
            if entry.get("includeSelectors"):
                of_selectors.update(pairs)
    return labels, of_templates, of_selectors


def _said(pairs: Any, route: Route) -> Labels:
    return {key: (value, (*route, key)) for key, value in pairs.items()} if isinstance(pairs, dict) else {}


def _label_selector(data: Any, labels: Labels, put: _Putting) -> None:
    """Add labels to what an object selects pods by (kustomize, konfig/builtinpluginconsts/commonlabels.go)."""
    kind, spec = at(data, "kind"), at(data, "spec")
    if not isinstance(spec, dict):
        return
    if kind in ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"):
        put.all(put.mapping(put.mapping(spec, "selector"), "matchLabels"), labels)
    elif kind in ("Service", "ReplicationController") and at(data, "apiVersion") == "v1":
        put.all(put.mapping(spec, "selector"), labels)
    else:
        field = "podSelector" if kind == "NetworkPolicy" else "selector"
        selected = at(spec, field, "matchLabels")
        if isinstance(selected, dict):
            put.all(selected, labels)


def _with_image(data: Any, image: Any) -> Iterator[tuple[dict[Any, Any], str, str, str]]:
    """The containers that run an image of that name: (container, name, tag, digest)."""
    name = at(image, "name")
    route = pod_spec_route(data)
    spec = at(data, *route) if route is not None else None
    if not isinstance(name, str):
        return
    for field_name in ("initContainers", "containers"):
        for container in list_at(spec, field_name):
            text = at(container, "image")
            if not isinstance(text, str):
                continue
            bare, _, digest = text.partition("@")
            head, colon, tag = bare.rpartition(":")
            if not colon or "/" in tag:
                head, tag = bare, ""
            if head == name:
                yield container, head, tag, digest


def _at_image(nodes: Nodes, image: Any, index: int) -> NodeSpans:
    key = next((key for key in ("digest", "newTag", "newName") if at(image, key) is not None), None)
    return _at(nodes, ("images", index) if key is None else ("images", index, key))


def _with_new_image(image: Any, spans: NodeSpans, data: Any, origins: Origins) -> Any:
    for container, head, tag, digest in _with_image(data, image):
        origins.put(container, "image", _new_image(image, head, tag, digest), _made(spans))
    return data


def _new_image(image: Any, head: str, tag: str, digest: str) -> str:
    new = str(image.get("newName") or head)
    if image.get("digest"):
        return f"{new}@{image['digest']}"
    if image.get("newTag") is not None:
        return f"{new}:{image['newTag']}"
    return new + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _made(spans: NodeSpans) -> NodeSpans:
    """The origin of a text that was put together, and is written nowhere as it is."""
    return replace(spans, raw=None, style="")


def _is_scaled(data: Any) -> bool:
    return isinstance(at(data, "spec"), dict) and at(data, "kind") in _SCALED


def _scaled(count: Any, spans: NodeSpans, data: Any, origins: Origins) -> Any:
    origins.put(data["spec"], "replicas", count, spans)
    return data


def _step(built: BuiltObject, change: Change, make: Callable[[Any, Origins], Any]) -> None:
    """Change an object, and keep what that made of it as long as there is room."""
    run = built.run
    if not run.changes or run.left <= 0:
        built.data = make(built.data, run.origins) if run.changes else built.data
        return
    run.left -= 1
    before = run.origins.snapshot(built.data)
    built.data = make(built.data, run.origins)
    if built.data != before:
        built.steps.append(Step(change, before, run.origins.snapshot(built.data)))


# --- replacements ---------------------------------------------------------------------------------------------------

_FIELD = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_UNKNOWN = "${REPLACED}"
"""What stands where a value comes from an object that is not followed, in the form of a variable."""


def _source_of(
    replacement: Mapping[Any, Any], objects: list[BuiltObject], origins: Origins, place: NodeSpans
) -> tuple[Any, NodeSpans]:
    """The value that a replacement copies, or what stands for one that nobody knows, and where it comes from."""
    source = replacement.get("source")
    if not isinstance(source, dict) or source.get("options"):
        return origins.copied(replacement.get("sourceValue", _UNKNOWN), {(): place}), _made(place)
    field = source.get("fieldPath", "metadata.name")
    for each in objects:
        if isinstance(field, str) and _is_target(source, each.data, exact=True):
            for node, key in _fields(each.data, field):
                return origins.snapshot(node[key]), origins.spans(node, key) or place
    return _UNKNOWN, _made(place)


def _is_selected(target: Any, data: Any) -> bool:
    select = at(target, "select")
    if not isinstance(select, dict) or not _is_target(select, data, exact=True):
        return False
    return not any(
        isinstance(each, dict) and _is_target(each, data, exact=True) for each in list_at(target, "reject")
    )


def _replaced(target: Mapping[Any, Any], value: Any, spans: NodeSpans, data: Any, origins: Origins) -> Any:
    """An object with the fields of a target replaced, or the part of them that its options name."""
    options = target.get("options")
    delimiter, index = at(options, "delimiter"), at(options, "index") or 0
    for field_path in list_at(target, "fieldPaths") or ["metadata.name"]:
        for node, key in list(_fields(data, field_path)) if isinstance(field_path, str) else ():
            if origins.whole(node) is None:  # a path that names the object itself
                continue
            if not isinstance(delimiter, str) or not delimiter:
                _set(origins, node, key, origins.snapshot(value), spans)
                continue
            parts = str(node[key]).split(delimiter)
            if isinstance(index, int) and 0 <= index < len(parts):
                parts[index] = str(value)
                _set(origins, node, key, delimiter.join(parts), _made(spans))
            else:
                _set(origins, node, key, _UNKNOWN, _made(spans))
    return data


def _set(origins: Origins, node: Any, key: Any, value: Any, spans: NodeSpans) -> None:
    if isinstance(node, dict):
        origins.put(node, key, value, spans)
    else:
        origins.set(node, key, value, spans)


def _fields(data: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """Where the fields of a path stand that an object has: `spec.containers.[name=api].image`, `spec.rules.*.host`."""
    found: list[tuple[Any, Any]] = [([data], 0)]
    for match in _FIELD.finditer(path[:1_000]):
        name, equals, wanted = (match[1] or "").partition("=")
        below: list[tuple[Any, Any]] = []
        for node, key in found:
            inner = node[key]
            if isinstance(inner, dict) and match[2] in inner:
                below.append((inner, match[2]))
            elif isinstance(inner, list):
                number = whole_number(match[2] or "")
                below.extend(
                    (inner, place)
                    for place, item in enumerate(inner)
                    if match[2] == "*" or place == number or (equals and str(at(item, name)) == wanted)
                )
        found = below[:_MOST_OBJECTS]
    yield from found


# --- patches --------------------------------------------------------------------------------------------------------


def _concerns(patch: Any, target: Any, built: BuiltObject) -> bool:
    data, former = built.data, built.former_name
    if isinstance(target, dict):
        return isinstance(patch, (list, dict)) and _is_target(target, data, former_name=former)
    if not isinstance(patch, dict):
        return False
    wanted = {"kind": patch.get("kind"), "name": at(patch, "metadata", "name")}
    return _is_target(wanted, data, exact=True, former_name=former)


def _patched(
    patch: Any, nodes: Nodes, target: Any, data: Any, origins: Origins, *, renames: bool = False
) -> Any:
    """What a patch makes of an object that it concerns; nothing where it deletes it."""
    if isinstance(patch, list):
        for index, operation in enumerate(patch):
            _operate(data, operation, nodes, index, origins)
        return data
    if patch.get("$patch") == "delete":
        return None
    content = {k: v for k, v in patch.items() if k not in ("apiVersion", "kind")}
    if isinstance(target, dict) and isinstance(content.get("metadata"), dict) and not renames:
        content["metadata"] = {k: v for k, v in content["metadata"].items() if k != "name"}
    _merge(data, content, _Patch(nodes, origins))
    return data


def _is_target(target: Mapping[Any, Any], data: Any, *, exact: bool = False, former_name: Any = None) -> bool:
    if not isinstance(data, dict):  # deleted by an earlier patch
        return False
    version = data.get("apiVersion")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    facts = {
        "kind": data.get("kind"),
        "name": at(data, "metadata", "name"),
        "namespace": at(data, "metadata", "namespace"),
        "group": group,
    }
    for key, value in facts.items():
        wanted = target.get(key)
        if wanted is None or (wanted == "" and not exact):
            continue
        if not isinstance(value, str) or not isinstance(wanted, str):
            return False
        names = (value, former_name) if key == "name" and isinstance(former_name, str) else (value,)
        if wanted not in names and (exact or not any(_matches(wanted, each) for each in names)):
            return False
    selector = target.get("labelSelector")
    if isinstance(selector, str):
        labels = at(data, "metadata", "labels")
        pairs = [part.partition("=")[::2] for part in selector.replace("==", "=").split(",")]
        return isinstance(labels, dict) and all(
            labels.get(key.strip()) == value.strip() for key, value in pairs
        )
    return True


def _matches(pattern: str, value: str) -> bool:
    """Targets are anchored regular expressions; only the ones that everybody writes are followed."""
    if re.fullmatch(r"[\w./-]*(?:\.\*[\w./-]*)?", pattern) is None:
        return False
    head, star, tail = pattern.partition(".*")
    return (
        value.startswith(head) and value.endswith(tail) and len(value) >= len(head) + len(tail)
        if star
        else False
    )


@dataclass(frozen=True, slots=True)
class _Patch:
    """Where a part of a patch stands."""

    nodes: Nodes
    origins: Origins
    route: Route = ()

    def below(self, part: str | int) -> _Patch:
        return _Patch(self.nodes, self.origins, (*self.route, part))

    @property
    def spans(self) -> NodeSpans:
        return _at(self.nodes, self.route)


def _merge(data: dict[Any, Any], patch: Mapping[Any, Any], place: _Patch) -> None:
    """A strategic merge: mappings are merged, `null` deletes, and lists of known kinds are merged by their key."""
    if patch.get("$patch") == "replace":
        data.clear()
    for key, value in patch.items():
        if isinstance(key, str) and key.startswith("$"):
            continue
        old = data.get(key)
        if value is None or at(value, "$patch") == "delete":
            data.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            _merge(old, value, place.below(key))
        elif isinstance(value, list) and isinstance(old, list) and key in MERGE_KEYS:
            _merge_lists(old, value, MERGE_KEYS[key], place.below(key))
        elif old != value or type(old) is not type(value):  # what says the same again changes nothing
            below = place.below(key)
            place.origins.put(data, key, _without_directives(value, below), below.spans)


_DIRECTIVES = ("$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")
"""What a strategic merge patch says of how to merge (Kubernetes, "Update API Objects in Place Using kubectl patch")."""


def _without_directives(value: Any, place: _Patch) -> Any:
    """A copy of what a patch puts where nothing was, without what it says of how to merge that."""
    origins = place.origins
    fresh = origins.copied(value, place.nodes, place.route)
    pending, seen = [fresh], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            for key, each in list(node.items()):
                if str(key).startswith(_DIRECTIVES) or at(each, "$patch") == "delete":
                    del node[key]
            pending.extend(node.values())
        elif isinstance(node, list):
            origins.keep(node, [index for index, each in enumerate(node) if not _is_directive(each)])
            pending.extend(node)
    return fresh


def _is_directive(item: Any) -> bool:
    """Whether an item of a list says what to do with the list, or with one of its items, and is none itself."""
    return at(item, "$patch") == "delete" or (isinstance(item, dict) and item.keys() == {"$patch"})


def _merge_lists(old: list[Any], new: list[Any], keys: tuple[str, ...], place: _Patch) -> None:
    origins = place.origins
    if any(at(item, "$patch") == "replace" for item in new):
        origins.keep(old, ())
    for number, item in enumerate(new):
        if not isinstance(item, dict):
            continue
        same = next(
            (
                index
                for index, each in enumerate(old)
                if isinstance(each, dict) and any(key in item and each.get(key) == item[key] for key in keys)
            ),
            None,
        )
        below = place.below(number)
        if item.get("$patch") == "delete":
            if same is not None:
                origins.keep(old, [index for index in range(len(old)) if index != same])
        elif same is not None:
            _merge(old[same], item, below)
        elif "$patch" not in item:
            origins.insert(old, len(old), _without_directives(item, below), below.spans)


def _operate(data: Any, operation: Any, nodes: Nodes, number: int, origins: Origins) -> None:
    """One operation of a JSON patch; `move`, `copy` and `test` are left out."""
    path = at(operation, "path")
    what = at(operation, "op")
    if not isinstance(path, str) or not path.startswith("/") or what not in ("add", "replace", "remove"):
        return
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    node = data
    for part in parents:
        if isinstance(node, dict):
            node = node.get(part)
        elif isinstance(node, list) and (index := whole_number(part)) is not None and index < len(node):
            node = node[index]
        else:
            return
    place: Route = (number, "value")
    value = origins.copied(operation.get("value"), nodes, place)
    # The key of what is put there is the last part of the path.
    spans = replace(_at(nodes, place), key=_at(nodes, (number, "path")).value)
    if isinstance(node, dict):
        if what == "remove":
            node.pop(last, None)
        else:
            origins.put(node, last, value, spans)
    elif isinstance(node, list):
        if what == "add" and last == "-":
            origins.insert(node, len(node), value, spans)
        elif (index := whole_number(last)) is not None and index < len(node):
            if what == "remove":
                origins.keep(node, [each for each in range(len(node)) if each != index])
            elif what == "replace":
                origins.set(node, index, value, spans)
            else:
                origins.insert(node, index, value, spans)
