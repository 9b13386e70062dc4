"""`python -m docs.generate`: write what changed. `--check`: only say what is stale (exit 1)."""

import sys

from docs.generate.pages import PAGES, ROOT, regenerated


def main(words: list[str]) -> int:
    """Bring the pages up to date, or (with `--check`) say which are not."""
    stale = []
    for page in PAGES:
        before = (ROOT / page).read_text(encoding="utf-8")
        after = regenerated(before)
        if after != before:
            stale.append(page)
            if "--check" not in words:
                (ROOT / page).write_text(after, encoding="utf-8")
    sys.stdout.write("".join(f"{page}\n" for page in stale))
    return int(bool(stale) and "--check" in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
