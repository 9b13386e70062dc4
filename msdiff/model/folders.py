"""What folder names say: where something is deployed, and for which machines."""

from __future__ import annotations

PLACES = frozenset({
    "docker", "compose", "docker_compose", "docker-compose", "deploy", "deployment", "deployments", "docker-deploy", "infra", ".",
})  # fmt: skip
MACHINES = frozenset({
    "cpu", "gpu", "hpu", "rocm", "cuda", "gaudi", "gaudi2", "gaudi3", "xeon", "epyc", "intel", "amd", "nvidia", "arc", "npu", "tpu",
    "arm", "aipc", "core",
})  # fmt: skip


def application_of(folder: str) -> tuple[str, tuple[str, ...]]:
    """The folder of the application that a folder of deployment files belongs to, and the machines on the way.

    `ChatQnA/docker_compose/amd/cpu` gives `ChatQnA` and (`amd`, `cpu`).
    """
    parts = [one for one in folder.split("/") if one]
    machines: list[str] = []
    while parts and (parts[-1].lower() in PLACES or parts[-1].lower() in MACHINES):
        last = parts.pop()
        if last.lower() in MACHINES:
            machines.insert(0, last)
    return "/".join(parts), tuple(machines)
