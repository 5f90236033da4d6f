//! Programs from the distribution: browsers with their drivers, zip readers, and what runs our exports.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::cache::Lock;
use super::{announced, missing as unavailable};
use crate::output::say;
use crate::process;

/// A program and the package that contains it.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Alternatives.
    programs: &'static [&'static str],
    /// The package's names in Debian and Ubuntu; the first that apt knows is installed.
    names: &'static [&'static str],
}

const fn package(programs: &'static [&'static str], names: &'static [&'static str]) -> Package {
    Package { programs, names }
}

pub const CHROMIUM: Package =
    package(&["chromium", "chromium-browser", "google-chrome"], &["chromium", "chromium-browser"]);
pub const CHROMEDRIVER: Package = package(&["chromedriver"], &["chromium-driver", "chromium-chromedriver"]);
pub const FIREFOX: Package = package(&["firefox", "firefox-esr"], &["firefox-esr", "firefox"]);
pub const WEBKIT: Package = package(&["WebKitWebDriver"], &["webkit2gtk-driver"]);
pub const XVFB: Package = package(&["Xvfb"], &["xvfb"]);
pub const UNZIP: Package = package(&["unzip"], &["unzip"]);
pub const ZIP: Package = package(&["zip"], &["zip"]);
pub const SEVEN_ZIP: Package = package(&["7z"], &["p7zip-full", "7zip"]);
pub const BSDTAR: Package = package(&["bsdtar"], &["libarchive-tools"]);
pub const PYTHON: Package = package(&["python3"], &["python3"]);
pub const PIP: Package = package(&["pip3"], &["python3-pip"]);
pub const ARIA2: Package = package(&["aria2c"], &["aria2"]);
/// With the compiler, because a runtime alone can't run a test from its source.
pub const JAVA: Package = package(&["javac"], &["default-jdk-headless"]);
pub const NGINX: Package = package(&["nginx", "/usr/sbin/nginx"], &["nginx"]);
pub const NGINX_BROTLI: Package = package(
    &["/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"],
    &["libnginx-mod-http-brotli-static"],
);
pub const CADDY: Package = package(&["caddy"], &["caddy"]);
/// Without the service of the package apache2.
pub const APACHE: Package = package(&["apache2", "/usr/sbin/apache2"], &["apache2-bin"]);
pub const OPENSSL: Package = package(&["openssl"], &["openssl"]);
pub const NODE: Package = package(&["node"], &["nodejs"]);
pub const NPM: Package = package(&["npm"], &["npm"]);

impl Package {
    /// The program, if it is installed.
    pub fn find(&self) -> Option<PathBuf> {
        self.programs.iter().find_map(|name| which::which(name).ok().or_else(|| at_path(name)))
    }

    /// The program.
    ///
    /// # Errors
    ///
    /// It is not installed.
    pub fn found(&self) -> Result<PathBuf> {
        self.find().ok_or_else(|| unavailable(self.programs[0], "apt-get could not install it, see above"))
    }
}

/// A file that no search finds: below /usr/sbin, where root's programs are, or a module of a program.
fn at_path(name: &str) -> Option<PathBuf> {
    Some(PathBuf::from(name)).filter(|path| path.is_absolute() && path.is_file())
}

/// Installs the packages whose programs are missing.
pub fn ready(packages: &[Package]) -> Result<()> {
    if packages.iter().all(|package| package.find().is_some()) {
        return Ok(());
    }
    let _lock = Lock::take("apt")?;
    // Another clone may have installed them while we waited.
    let missing = packages.iter().filter(|package| package.find().is_none());
    let mut missing: Vec<&Package> = missing.collect();
    // Several steps may need the same one.
    missing.sort_by_key(|package| package.programs);
    missing.dedup_by_key(|package| package.programs);
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<&str> = missing.iter().map(|package| package.programs[0]).collect();
    let programs = programs.join(", ");
    let Some(apt) = apt_get() else {
        return Err(unavailable(&programs, remedy(&missing)));
    };
    let how = "installing with apt-get, about a minute for each browser";
    announced(&programs, how, || {
        let run = |arguments: &[&str]| process::run(apt().args(arguments));
        if let Err(error) = run(&["update"]) {
            // One source that can't be reached doesn't make the others useless.
            say!("{error:#}; continuing with the present package lists");
        }
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(missing.iter().map(|package| known_name(package)));
        run(&install)?;
        // Ubuntu's browser packages install nothing without snap.
        missing.iter().try_for_each(|package| package.found().map(drop))
    })
}

/// Returns what makes an `apt-get` command with the right to install, unless that takes a password.
fn apt_get() -> Option<impl Fn() -> Command> {
    which::which("apt-get").ok()?;
    let is_root = rustix::process::geteuid().is_root();
    if !is_root && !process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        return None;
    }
    Some(move || {
        let mut apt = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            apt.args(["-n", "env"]);
        }
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
        apt.args(["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]);
        apt
    })
}

/// The first of the package's names that apt can install, or simply the first if it knows none.
fn known_name(package: &Package) -> &'static str {
    let known = |name: &&&str| {
        let policy = Command::new("apt-cache").args(["policy", name]).output();
        policy.is_ok_and(|policy| {
            let policy = String::from_utf8_lossy(&policy.stdout);
            policy.contains("Candidate:") && !policy.contains("Candidate: (none)")
        })
    };
    package.names.iter().find(known).unwrap_or(&package.names[0])
}

fn remedy(missing: &[&Package]) -> String {
    if which::which("apt-get").is_err() {
        return "install it with this system's package manager".to_owned();
    }
    let names: Vec<&str> = missing.iter().map(|package| known_name(package)).collect();
    format!(
        "install it with `sudo apt-get install --yes --no-install-recommends {}`, which asks for a \
         password",
        names.join(" ")
    )
}
