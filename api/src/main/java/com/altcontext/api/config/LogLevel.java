package com.altcontext.api.config;

/** The level from which messages are logged. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
}
