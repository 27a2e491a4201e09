#!/usr/bin/env node
// The command line of troupe.
export {};
