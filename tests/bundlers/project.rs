//! An application with the packed package and the bundlers.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::browser::environment;
use crate::browser::site::Site;

/// Records what is wrong, and loads `main.js`.
const PAGE: &str = include_str!("app/index.html");

/// The archive that `npm pack` makes.
pub fn packed() -> PathBuf {
    let mut files = fs::read_dir(PACKED.path()).unwrap().map(|file| file.unwrap().path());
    files.find(|file| file.extension().is_some_and(|extension| extension == "tgz")).expect("npm packs")
}

/// The package as `npm pack` makes it, and unpacked.
static PACKED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let pack = ["pack", "--silent", "--pack-destination"];
    run(Command::new("npm").args(pack).arg(folder.path()).current_dir(environment::package()));
    let archive = fs::read_dir(folder.path()).unwrap().next().expect("npm packs").unwrap().path();
    // Into `package/`.
    run(Command::new("tar").arg("-xzf").arg(archive).current_dir(folder.path()));
    folder
});

/// One of the package's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The worker and the wasm are files of their own.
    Files,
    /// All in one file.
    Inline,
}

impl Entry {
    pub const BOTH: [Self; 2] = [Self::Files, Self::Inline];

    /// The name that an application imports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "fetchzip",
            Self::Inline => "fetchzip/inline",
        }
    }

    /// Its file in the package.
    pub fn file(self) -> &'static str {
        match self {
            Self::Files => "fetchzip.js",
            Self::Inline => "inline.js",
        }
    }
}

/// An application in a folder of its own.
pub struct Project(TempDir);

impl Project {
    /// A page with one script.
    pub fn new(entry: Entry) -> Self {
        let project = Self::with_packages();
        project.write("index.html", PAGE);
        project.write("main.js", &imports(include_str!("app/main.js"), entry));
        project
    }

    /// The same, rendered by Next.js.
    pub fn next(entry: Entry) -> Self {
        let project = Self::with_packages();
        for folder in ["app", "public"] {
            fs::create_dir(project.path().join(folder)).unwrap();
        }
        let record = PAGE.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next());
        project.write("public/record.js", record.expect("the page records what is wrong"));
        project.write("next.config.mjs", include_str!("next/next.config.mjs"));
        project.write("app/layout.jsx", include_str!("next/app/layout.jsx"));
        project.write("app/page.jsx", &imports(include_str!("next/app/page.jsx"), entry));
        project
    }

    /// One of the repository's examples.
    pub fn example(name: &str) -> Self {
        let project = Self::with_packages();
        for file in fs::read_dir(environment::repository().join("examples").join(name)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), project.path().join(file.file_name())).unwrap();
        }
        project
    }

    fn with_packages() -> Self {
        let project = Self(TempDir::new().unwrap());
        let modules = project.path().join("node_modules");
        fs::create_dir(&modules).unwrap();
        for installed in fs::read_dir(environment::bundlers()).unwrap().map(Result::unwrap) {
            symlink(installed.path(), modules.join(installed.file_name())).unwrap();
        }
        let package = modules.join("fetchzip");
        fs::create_dir(&package).unwrap();
        for file in fs::read_dir(PACKED.path().join("package")).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), package.join(file.file_name())).unwrap();
        }
        project.write("package.json", "{ \"private\": true, \"type\": \"module\" }");
        project
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    /// Runs one of the bundlers in the project.
    pub fn run(&self, program: &str, arguments: &[&str]) {
        let bundler = environment::bundlers().join(".bin").join(program);
        run(Command::new(bundler)
            .args(arguments)
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .current_dir(self.path()));
    }

    /// Starts Vite's server for developers.
    pub fn vite(&self) -> Server {
        let vite = environment::bundlers().join(".bin/vite");
        let mut command = Command::new(vite);
        // Port 0 is any that is free.
        command.args(["--host", "127.0.0.1", "--port", "0"]).current_dir(self.path());
        let mut program = command.env("NO_COLOR", "1").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.find_map(|line| line.find("http://").map(|start| line[start..].to_owned()));
        // What it writes later is read, too, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Server { address: address.expect("Vite says where it is"), program }
    }

    /// Copies a file of the project into a folder of it.
    pub fn copy(&self, file: &str, folder: &str) {
        let file = self.path().join(file);
        fs::copy(&file, self.path().join(folder).join(file.file_name().unwrap())).unwrap();
    }

    /// Copies the files of the package that Rollup and esbuild do not move.
    pub fn copy_engine(&self, folder: &str) {
        for file in ["fetchzip_bg.wasm", "fetchzip-worker.js", "fetchzip-engine.js"] {
            self.copy(&format!("node_modules/fetchzip/{file}"), folder);
        }
    }

    pub fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path().join(file)).unwrap()
    }

    /// The entry script that Vite wrote into a folder: its name, and its text.
    pub fn script_in(&self, folder: &str) -> (String, String) {
        let files = fs::read_dir(self.path().join(folder)).unwrap().map(Result::unwrap);
        let is_script = |name: &String| name.ends_with(".js") && name.starts_with("index");
        let name = files.map(|file| file.file_name().into_string().unwrap()).find(is_script).unwrap();
        let text = String::from_utf8(self.read(&format!("{folder}/{name}"))).unwrap();
        (name, text)
    }

    /// A folder of the project, to be served.
    pub fn site(&self, folder: &str) -> Site {
        Site::folder_of(&self.path().join(folder))
    }

    /// The same with a Content Security Policy, and with the page's own script in a file.
    pub fn site_under(&self, policy: &str, folder: &str) -> Site {
        let page = String::from_utf8(self.read(&format!("{folder}/index.html"))).unwrap();
        let (before, rest) = page.split_once("<script>").expect("the page records what is wrong");
        let (record, after) = rest.split_once("</script>").unwrap();
        let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        let page = format!("{before}{meta}<script src=\"record.js\"></script>{after}");
        self.site(folder).with("index.html", page).with("record.js", record)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// An application that imports this entry.
fn imports(application: &str, entry: Entry) -> String {
    application.replace("\"fetchzip\"", &format!("\"{}\"", entry.name()))
}

/// A server, which ends when this is dropped.
pub struct Server {
    pub address: String,
    program: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{command:?}: {}", text.join("\n"));
}
