//! The data directory: exclusive access, and the locations of its files.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A directory that is locked for this process until this is dropped, or no directory if everything stays in memory.
pub(crate) struct DataDir {
    kept: Option<PathBuf>,
    media: PathBuf,
    /// The operating system holds the lock while the file is open, so a kill releases it.
    _lock: Option<File>,
}

impl DataDir {
    /// Locks the directory, creating it if necessary.
    pub(crate) fn open(kept: Option<&Path>) -> io::Result<Self> {
        let Some(path) = kept else {
            let media = std::env::temp_dir().join(format!("marquee-{}", uuid::Uuid::new_v4()));
            return Ok(Self { kept: None, media, _lock: None });
        };
        std::fs::create_dir_all(path)?;
        let lock = File::create(path.join("platform.lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("{} is in use by another process; set another DATA_DIR", path.display());
                return Err(io::Error::other(message));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Self { kept: Some(path.to_owned()), media: path.join("media"), _lock: Some(lock) })
    }

    /// A file in the directory; `None` if everything stays in memory.
    pub(crate) fn file(&self, name: &str) -> Option<PathBuf> {
        self.kept.as_ref().map(|path| path.join(name))
    }

    /// The folder for uploads and their renditions.
    pub(crate) fn media(&self) -> &Path {
        &self.media
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if self.kept.is_none() {
            // The folder may never have been created.
            let _ = std::fs::remove_dir_all(&self.media);
        }
    }
}
