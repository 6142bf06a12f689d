//! mux-standin
