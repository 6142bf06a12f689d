//! stripe-standin
