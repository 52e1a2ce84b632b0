//! Settings that change while pictures come, and that cannot be used for every picture.

use sluice_stage::Context;

/// Settings, and those before them, which stand in for pictures that the new ones cannot be used for.
pub(crate) struct LiveSettings<S> {
    pub(crate) now: S,
    before: Option<S>,
    /// The settings were used for a picture.
    used: bool,
    /// The log was told that they could not be used for one.
    told: bool,
    /// Pictures for which those before stood in.
    pub(crate) misfits: f64,
}

impl<S: Copy> LiveSettings<S> {
    pub(crate) fn new(now: S) -> Self {
        Self { now, before: None, used: false, told: false, misfits: 0.0 }
    }

    /// Takes other settings. Those that were used for a picture last are kept.
    pub(crate) fn change(&mut self, settings: S) {
        if self.used || self.before.is_none() {
            self.before = Some(self.now);
        }
        (self.now, self.used, self.told) = (settings, false, false);
    }

    /// Calls `body` with the settings, and where it refuses them with those before. The answer comes with those that were
    /// used. `is_use` says of an answer whether it is of a picture.
    ///
    /// # Errors
    ///
    /// Why the settings are refused, where those before are too.
    pub(crate) fn try_both<T>(
        &mut self,
        context: &mut Context,
        mut body: impl FnMut(&mut Context, &S) -> Result<T, String>,
        is_use: impl Fn(&T) -> bool,
    ) -> Result<(T, S), String> {
        let why = match body(context, &self.now) {
            Ok(answer) => {
                self.used |= is_use(&answer);
                return Ok((answer, self.now));
            }
            Err(why) => why,
        };
        let Some((before, Ok(answer))) = self.before.map(|before| (before, body(context, &before))) else {
            return Err(why);
        };
        if is_use(&answer) {
            self.misfits += 1.0;
            if !std::mem::replace(&mut self.told, true) {
                context.warn(&format!("{why}; such pictures are made by the values before"));
            }
        }
        Ok((answer, before))
    }
}
