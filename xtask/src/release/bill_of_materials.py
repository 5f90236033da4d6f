# Writes a bill of materials with CycloneDX's own library, and checks it against the schema of the format. Standard input
# is a JSON document {name, version, time, crates: [{name, version, licence, checksum}]}; the argument is the file.

import json
import sys
from datetime import datetime, timezone
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.schema import SchemaVersion
from packageurl import PackageURL

given = json.load(sys.stdin)


def component(kind, package, package_type):
    name, version = package["name"], package["version"]
    address = PackageURL(package_type, name=name, version=version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=package["checksum"])] if package.get("checksum") else []
    # Some crates write `MIT/Apache-2.0`, as one did before SPDX.
    licence = LicenseFactory().make_from_string(package["licence"].replace("/", " OR "))
    return Component(type=kind, name=name, version=version, purl=address, bom_ref=str(address), hashes=hashes, licenses=[licence])


whole = component(ComponentType.APPLICATION, given, "npm")
crates = [component(ComponentType.LIBRARY, crate, "cargo") for crate in given["crates"]]
bill = Bom(components=crates)
bill.metadata.component = whole
bill.metadata.timestamp = datetime.fromtimestamp(given["time"], timezone.utc)
# The same for the same version and crates, where it would be random.
bill.serial_number = uuid5(NAMESPACE_URL, json.dumps(given, sort_keys=True))
bill.register_dependency(whole, crates)
text = JsonV1Dot6(bill).output_as_string(indent=2) + "\n"
if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
    sys.exit(f"the bill of materials does not fit its schema: {error}")
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(text)
