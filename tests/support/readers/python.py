"""Prints size, SHA-256 and name of each entry, as Python's zipfile reads it and checks its CRC-32."""

import hashlib
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    for info in archive.infolist():
        sha256, size = hashlib.sha256(), 0
        with archive.open(info) as entry:
            while chunk := entry.read(1 << 20):
                sha256.update(chunk)
                size += len(chunk)
        sys.stdout.buffer.write(f"{size}\t{sha256.hexdigest()}\t{info.filename}\n".encode())
