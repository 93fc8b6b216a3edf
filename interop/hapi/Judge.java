// An independent judge on loopback: HAPI FHIR's instance validator with the
// definitions of R4. POST / takes one resource and answers with an
// OperationOutcome of what is wrong with it.
//
// Prints "ready <address>" once it listens. Run it with:
//   java -cp "<dependencies>/*" Judge.java
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import ca.uhn.fhir.context.support.IValidationSupport;

public class Judge {
  public static void main(String[] args) throws Exception {
    FhirContext context = FhirContext.forR4();
    // LOINC and MDC are not part of the definitions: their codes can be warned of only.
    var unknown = new UnknownCodeSystemWarningValidationSupport(context);
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
    var chain = new ValidationSupportChain(
        new DefaultProfileValidationSupport(context),
        new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context),
        unknown);
    var module = new FhirInstanceValidator(chain);
    FhirValidator validator = context.newValidator().registerValidatorModule(module);
    validator.validateWithResult("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"warm up\"}}");

    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      byte[] answer;
      int status = 200;
      try {
        var result = validator.validateWithResult(text);
        answer = context.newJsonParser().encodeResourceToString(result.toOperationOutcome()).getBytes(StandardCharsets.UTF_8);
      } catch (RuntimeException e) {
        status = 500;
        answer = String.valueOf(e).getBytes(StandardCharsets.UTF_8);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/fhir+json");
      exchange.sendResponseHeaders(status, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
    System.out.println("ready http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }
}
