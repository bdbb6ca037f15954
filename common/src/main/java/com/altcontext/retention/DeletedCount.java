package com.altcontext.retention;

import com.altcontext.db.Pipeline;

/** How many rows a statement of a pipeline deletes. */
record DeletedCount(Pipeline.Pending<Long> answer) {
    /** Adds the statement. */
    static DeletedCount add(Pipeline pipeline, String from, Object parameter) {
        return new DeletedCount(pipeline.query(
                "WITH gone AS (DELETE FROM " + from + " RETURNING 1) SELECT count(*) FROM gone",
                row -> row.number(1),
                parameter));
    }

    /** Known once the pipeline is sent. */
    long count() {
        return answer.rows().getFirst();
    }
}
