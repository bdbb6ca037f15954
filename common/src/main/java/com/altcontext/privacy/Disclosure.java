package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.Supplier;

/** A document about people. The row of {@code audit_log} about it is committed before the document is opened. */
record Disclosure(Sql sql, Caller caller, AuditLog.Entry entry, Instant at) {
    /** Writes the content. */
    @FunctionalInterface
    interface Body<A> {
        void write(A document) throws IOException;
    }

    /**
     * Opens and writes the document.
     *
     * @return what {@code open} opened
     * @throws UncheckedIOException if it could not be written
     */
    <A extends Appendable> A write(Supplier<A> open, Body<A> body) {
        AuditLog.commit(sql, caller, entry, at);
        A document = open.get();
        try {
            body.write(document);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return document;
    }
}
