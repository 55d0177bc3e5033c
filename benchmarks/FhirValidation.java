import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** Validates the first bundles of a file, one a line, against FHIR R4; tells each kind of finding with its number. */
public class FhirValidation {
    public static void main(String[] arguments) throws Exception {
        FhirContext context = FhirContext.forR4();
        FhirValidator validator = context.newValidator();
        validator.registerValidatorModule(new FhirInstanceValidator(new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                new UnknownCodeSystemWarningValidationSupport(context))));
        Map<String, Integer> findings = new TreeMap<>();
        int[] bundles = {0};
        Files.lines(Path.of(arguments[0])).limit(Long.parseLong(arguments[1])).forEach(line -> {
            bundles[0]++;
            for (SingleValidationMessage found : validator.validateWithResult(line).getMessages()) {
                String text = found.getSeverity() + " " + found.getMessage() + " @ " + found.getLocationString();
                text = text.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "…").replaceAll("\\[[0-9]+\\]", "[…]");
                findings.merge(text.substring(0, Math.min(200, text.length())), 1, Integer::sum);
            }
        });
        findings.forEach((text, count) -> System.out.println(count + "  " + text));
        System.out.println(bundles[0] + " bundles, "
                + findings.keySet().stream().filter(text -> text.startsWith("ERROR") || text.startsWith("FATAL")).count()
                + " kinds of errors");
    }
}
