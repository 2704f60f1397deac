"""The machine these tests run on, asked through the narrow door."""

from __future__ import annotations

import platform
import sys

from sextet.hardware.host import ThisHost


def test_platform_and_packages():
    host = ThisHost()
    assert host.platform().python == platform.python_version()
    packages = host.packages()
    assert packages["numpy"].version and packages["numpy"].folder


def test_files_and_folders(tmp_path):
    host = ThisHost()
    (tmp_path / "b.txt").write_bytes(b"na\xefve")
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    assert host.text(str(tmp_path / "b.txt")) == "na\ufffdve"
    assert host.text(str(tmp_path / "none")) is None and host.text(str(tmp_path)) is None
    assert host.names(str(tmp_path)) == ("a.txt", "b.txt")
    assert host.names(str(tmp_path / "none")) == ()
    assert host.real(str(tmp_path / "a.txt")) == str((tmp_path / "b.txt").resolve())


def test_commands_end_with_a_code_late_or_not_at_all():
    host = ThisHost()
    ran = host.run((sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), 60)
    assert (ran.code, ran.out, ran.err, ran.late) == (3, "out\n", "err\n", False)
    late = host.run((sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"), 1.5)
    assert late.late and late.code is None
    absent = host.run(("no-such-command-anywhere",), 5)
    assert absent.code is None and "no-such-command-anywhere" in absent.err and not absent.late


def test_room_is_told():
    room = ThisHost().room()
    assert room.disk_free is not None and room.disk_free > 0
