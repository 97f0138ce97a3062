//! The home folder: `kept.toml`, the exports, the lake.

use model::config::Config;
use std::path::{Path, PathBuf};

/// Why a home folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// No config file.
    #[error("there is no kept.toml in {0}; run `kept demo` for a demo company or `kept init` for your own")]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The config has problems; each is told with its line.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Config(Vec<model::Problem>),
}

/// An opened home folder.
#[derive(Debug, Clone)]
pub struct Home {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// The config, checked.
    pub config: Config,
    /// The config as written.
    pub text: String,
}

impl Home {
    /// Reads and checks `kept.toml` in a folder.
    pub fn open(folder: &Path) -> Result<Self, HomeError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| HomeError::Io { path, source }
        };
        let folder = std::path::absolute(folder).map_err(io(folder))?;
        let path = folder.join("kept.toml");
        let text = match std::fs::read_to_string(&path) {
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                return Err(HomeError::Missing(folder));
            }
            read => read.map_err(io(&path))?,
        };
        let config = Config::parse(&text).map_err(HomeError::Config)?;
        Ok(Self { folder, config, text })
    }

    /// The folder the feeds' files are in.
    pub fn data(&self) -> PathBuf {
        self.folder.join(&self.config.company.data_dir)
    }
}
