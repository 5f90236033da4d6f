//! Lists for other programs: the titles of the commands that read them.

/// Where the command runs, and what that needs.
pub const IMG2DATASET_ON_THIS_MACHINE: &str = "img2dataset on this machine";
/// Where the command runs, and what that needs.
pub const ON_PYSPARK: &str = "on PySpark, which needs Java";
/// Where the command runs.
pub const ON_RAY: &str = "on Ray";
