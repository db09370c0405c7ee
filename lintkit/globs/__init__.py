"""Patterns that are compared with paths, and with ids of rules: every matcher of lintkit stands here.

`git`     `.gitignore` files, of a work tree and of a walk. As git reads them: a pattern without a slash is a name at
          any depth; the deepest file that speaks of a path decides, within it the last line; nothing that lies in an
          ignored folder is taken back.
`paths`   what a configuration or a rule lists: `exclude`, `paths`, `paths-ignore`, `environments`, per-path ignores and
          waivers. git's patterns as one list: one that names a path beats one that names a folder above it, among
          equals the last decides. So `!src/keep.py` takes back one file of `src/`. `home` makes patterns that are
          written in one folder relative to another.
`docker`  a `.dockerignore`: from the root of the build context; `**` also counts inside of a name; the last line that
          matches a path or a folder above it decides. And the sources of `COPY`, which are Go's `filepath.Match`:
          `*` stays within a name, and `**` is no more than `*`.
`ids`     ids of rules, in selectors, packs and comments: `*` also crosses `/`.

All of them become tokens (`wildcard`), which are compared in a number of steps that the lengths of pattern and text
bound, and many patterns at once are found by the text that they spell out (`index`).
"""
