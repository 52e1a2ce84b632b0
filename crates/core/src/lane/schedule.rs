//! How urgent a thread is and where it may run: a native lane's, and that of a worker which asks for itself. What the
//! system refuses is said and done without.

/// How urgent a lane's thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// As any thread.
    #[default]
    Normal,
    /// Before others: nice -10.
    High,
    /// Before all that are not: round robin (`SCHED_RR`) at priority 10.
    Realtime,
}

impl Priority {
    /// The priority of a number, as the C interface passes it: 0 normal, 1 high, 2 realtime.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::Normal, Self::High, Self::Realtime].get(number as usize).copied()
    }
}

pub use system::cpu_count;
pub(crate) use system::thread_id;

/// Makes this thread as urgent as that, on these processors; none: where it may run now. What was asked for before stays
/// where nothing else is asked for.
///
/// # Errors
///
/// What the system refused, which the thread does without.
pub fn schedule_thread(priority: Priority, cpus: &[u32]) -> Result<(), String> {
    let refused = system::apply(priority, cpus);
    if refused.is_empty() { Ok(()) } else { Err(refused.join("; ")) }
}

#[cfg(target_os = "linux")]
mod system {
    use std::io;

    use super::Priority;

    const HIGH_NICE: libc::c_int = -10;
    const REALTIME_PRIORITY: libc::c_int = 10;

    /// Processors that the machine has, also those that this process may not use.
    #[must_use]
    pub fn cpu_count() -> u32 {
        // SAFETY: asks for a number of the system.
        let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_CONF) };
        u32::try_from(count).unwrap_or(1).max(1)
    }

    /// The system's number of this thread.
    pub(crate) fn thread_id() -> u32 {
        // SAFETY: asks for a number of the system.
        unsafe { libc::gettid() as u32 }
    }

    /// Applies both to this thread. Returns what was refused.
    pub(super) fn apply(priority: Priority, cpus: &[u32]) -> Vec<String> {
        let refused = |what: String, hint: &str| format!("{what}: {}; {hint}", io::Error::last_os_error());
        let mut warnings = Vec::new();
        let answer = match priority {
            Priority::Normal => 0,
            Priority::High => {
                set_policy(libc::SCHED_OTHER, 0);
                // SAFETY: changes a number of this thread.
                unsafe { libc::setpriority(libc::PRIO_PROCESS as _, thread_id(), HIGH_NICE) }
            }
            Priority::Realtime => set_policy(libc::SCHED_RR, REALTIME_PRIORITY),
        };
        if answer != 0 {
            let name = if priority == Priority::High { "high" } else { "realtime" };
            let hint = "it runs with normal priority; grant CAP_SYS_NICE, or raise RLIMIT_NICE and RLIMIT_RTPRIO";
            warnings.push(refused(format!("priority \"{name}\" was refused"), hint));
        }
        if !cpus.is_empty() {
            // SAFETY: a set of bits, for which zeros are valid.
            let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
            for &cpu in cpus.iter().filter(|&&cpu| cpu < libc::CPU_SETSIZE as u32) {
                // SAFETY: the number lies in the set.
                unsafe { libc::CPU_SET(cpu as usize, &mut set) };
            }
            // SAFETY: 0 names this thread; the set outlives the call.
            if unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) } != 0 {
                let hint = "it runs on any; this process may not use them";
                warnings.push(refused(format!("processors {cpus:?} were refused"), hint));
            }
        }
        warnings
    }

    fn set_policy(policy: libc::c_int, priority: libc::c_int) -> libc::c_int {
        // SAFETY: a structure of integers, for which zeros are valid.
        let mut parameters: libc::sched_param = unsafe { std::mem::zeroed() };
        parameters.sched_priority = priority;
        // SAFETY: 0 names this thread; the structure outlives the call.
        unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Priority;

    /// Processors that the machine has.
    #[must_use]
    pub fn cpu_count() -> u32 {
        std::thread::available_parallelism().map_or(1, |count| count.get() as u32)
    }

    /// 0: this system does not number threads.
    pub(crate) fn thread_id() -> u32 {
        0
    }

    /// Returns what cannot be done here.
    pub(super) fn apply(priority: Priority, cpus: &[u32]) -> Vec<String> {
        let mut warnings = Vec::new();
        if priority != Priority::Normal {
            warnings.push("priorities are not supported on this system; it runs with normal priority".into());
        }
        if !cpus.is_empty() {
            warnings.push("a set of processors is not supported on this system; it runs on any".into());
        }
        warnings
    }
}
