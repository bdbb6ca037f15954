package com.altcontext.api;

import com.altcontext.ingest.Unavailable;
import com.altcontext.value.Rejected;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps every failure of a resource to its JSON: never a stack trace, never a word of SQL. */
public class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);
    private static final int RETRY_AFTER_SECONDS = 2;

    static RestResponse<Object> answer(Problem problem) {
        return answer(problem, problem.body());
    }

    private static RestResponse<Object> answer(Problem problem, Problem.Body body) {
        RestResponse.ResponseBuilder<Object> answer = RestResponse.ResponseBuilder.<Object>create(problem.status)
                .entity(body)
                .type(MediaType.APPLICATION_JSON_TYPE);
        if (problem == Problem.UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    public RestResponse<Object> rejected(Rejected rejected) {
        return answer(Problem.INVALID_REQUEST, Problem.INVALID_REQUEST.body(rejected.issues()));
    }

    @ServerExceptionMapper
    public RestResponse<Object> unavailable(Unavailable unavailable) {
        return answer(Problem.UNAVAILABLE);
    }

    /** What the framework itself refuses: a path or method that no resource has. */
    @ServerExceptionMapper
    public RestResponse<Object> refused(WebApplicationException refused) {
        int status = refused.getResponse().getStatus();
        return answer(Arrays.stream(Problem.values())
                .filter(problem -> problem.status == status)
                .findFirst()
                .orElse(status < 500 ? Problem.INVALID_REQUEST : Problem.INTERNAL_ERROR));
    }

    @ServerExceptionMapper
    public RestResponse<Object> unforeseen(Throwable unforeseen) {
        LOG.error("a request failed in an unforeseen way", unforeseen);
        return answer(Problem.INTERNAL_ERROR);
    }
}
